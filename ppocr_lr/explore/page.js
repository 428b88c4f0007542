// What the page cannot be told by its elements; called whenever it has been built.
window.ppocrReady = (language, uploader, editorName) => {
  document.documentElement.lang = language;
  window.ppocrUploader = uploader;
  const nameEditor = () => {
    const editor = document.querySelector(".cm-content");
    if (editor) editor.setAttribute("aria-label", editorName);
    else setTimeout(nameEditor, 100); // it is loaded after the page
  };
  nameEditor();
};

// A file may be dropped anywhere.
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  getElement(window.ppocrUploader).$refs.qRef.addFiles(event.dataTransfer.files);
});

// In the editor too, Tab goes on to what is next: nobody is caught there.
document.addEventListener(
  "keydown",
  (event) => event.key === "Tab" && event.target.closest?.(".cm-content") && event.stopImmediatePropagation(),
  true,
);

// Away from what the browser asks for, and back.
window.ppocrDark = () => Quasar.Dark.toggle();
