// What is done on the page goes to the server as events. Those that have no answer when the connection is lost may never
// have arrived, and it is told so when it asks. What is done until then waits: older versions of NiceGUI hear no event that
// comes before their handshake.
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
      const emit = window.socket.emit.bind(window.socket);
      window.socket.emit = (name, ...said) => {
        if (name !== "event") return emit(name, ...said);
        if (this.waiting) return this.waiting.push(said);
        const element = document.getElementById(`c${said[0].id}`);
        // The editor tells all of its text again.
        if (!element || element.matches(".editor") || !element.closest(".bar, .desk, .grid")) return emit(name, ...said);
        this.open += 1;
        return emit(name, ...said, () => (this.open -= 1));
      };
      window.socket.on("disconnect", () => {
        this.isLost = true;
        this.waiting ??= [];
        this.missing += this.open;
        this.open = 0;
      });
    },
    ask() {
      const waiting = this.waiting ?? [];
      this.waiting = null;
      waiting.forEach((said) => window.socket.emit("event", ...said));
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
