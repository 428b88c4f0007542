// What is done on the page goes to the server as events. Those that have no answer when the connection is lost may never
// have arrived, and it is told so when there is one again; what is done meanwhile waits for it.
const LOST = "ppocr-lr lost"; // over a reload

export default {
  template: `<span hidden></span>`,
  mounted() {
    this.open = this.missing = 0;
    addEventListener("beforeunload", this.leave);
    setTimeout(this.listen); // the socket is made after what is on the page
    if (sessionStorage.getItem(LOST)) this.$emit("reloaded");
    sessionStorage.removeItem(LOST);
  },
  methods: {
    listen() {
      const socket = window.socket;
      const emit = socket.emit.bind(socket);
      socket.emit = (name, ...said) => {
        const element = name === "event" && document.getElementById(`c${said[0].id}`);
        // The editor tells all of its text again.
        if (!socket.connected || !element || element.matches(".editor") || !element.closest(".bar, .desk, .grid"))
          return emit(name, ...said);
        this.open += 1;
        return emit(name, ...said, () => (this.open -= 1));
      };
      socket.on("disconnect", () => {
        this.isLost = true;
        this.missing += this.open;
        this.open = 0;
      });
    },
    ask() {
      if (this.isLost) this.$emit("back", this.missing);
    },
    found() {
      this.isLost = this.missing = 0;
    },
    leave() {
      if (this.isLost) sessionStorage.setItem(LOST, "yes");
    },
  },
};
