// A file may be dropped anywhere on the page.
window.ppocrDrop = (id) => {
  window.ppocrUploader = id;
  if (window.ppocrDropping) return;
  window.ppocrDropping = true;
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    getElement(window.ppocrUploader).$refs.qRef.addFiles(event.dataTransfer.files);
  });
};

// Away from what the browser asks for, and back.
window.ppocrDark = () => Quasar.Dark.toggle();
