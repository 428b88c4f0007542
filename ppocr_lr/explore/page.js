// What the page cannot be told by its elements; called whenever it has been built.
window.ppocrReady = (page) => {
  document.documentElement.lang = page.language;
  window.ppocrPage = page;
  // NiceGUI's own have one language for all visitors.
  document.querySelectorAll(".nicegui-error-popup span").forEach((popup, at) => (popup.innerText = page.popups[at] ?? ""));
};

// A file may be dropped anywhere.
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  getElement(window.ppocrPage.uploader).$refs.qRef.addFiles(event.dataTransfer.files);
});

// The files of an upload that came to nothing.
window.ppocrUnsent = (files) => {
  const names = files.map((file) => file.name).join(", ");
  files.forEach((file) => getElement(window.ppocrPage.uploader).$refs.qRef.removeFile(file)); // or it goes with the next
  Quasar.Notify.create({ message: `${names}: ${window.ppocrPage.unsent}`, position: "top" });
};

// In the editor and in fields undo and redo are their own, and elsewhere the page's alone: two at once would clash.
document.documentElement.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(event.key.toLowerCase())) return;
  if (event.target.closest?.(".cm-content")) event.stopPropagation();
  else if (!event.target.closest?.("input, textarea")) event.preventDefault(); // the browser would undo in the editor
});

// Copies the text of an element, which is selected as well: where no clipboard is to be had, a key does the rest.
window.ppocrCopy = async (id) => {
  const element = document.getElementById(id);
  getSelection().selectAllChildren(element);
  let copied;
  try {
    await navigator.clipboard.writeText(element.textContent); // not there where a page comes without TLS from elsewhere
    copied = true;
  } catch {
    copied = document.execCommand("copy");
  }
  Quasar.Notify.create({ message: copied ? window.ppocrPage.copied : window.ppocrPage.selected, position: "top" });
};
