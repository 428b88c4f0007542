// The YAML editor. What is typed wins: a text of the server's is taken only if the server knew all that was typed, and
// always the whole text is told, so that no two sides ever count on what the other one has.
import * as CM from "nicegui-codemirror";

const KEPT = "ppocr-lr typed"; // over a reload that a lost connection brings
const HEARD = 5000; // milliseconds in which a connection that is back may still reload the page

export default {
  template: `<div class="editor"></div>`,
  props: { given: Object, longest: Number, words: Object },
  watch: {
    given() {
      this.take();
    },
  },
  mounted() {
    this.edits = 0; // how many there were here
    const yaml = CM.LanguageDescription.matchLanguageName(CM.languages, "yaml");
    this.view = new CM.EditorView({
      doc: this.given.text,
      parent: this.$el,
      extensions: [
        CM.basicSetup,
        CM.themes.vscodeLight,
        CM.indentUnit.of("  "),
        CM.EditorView.lineWrapping,
        CM.EditorView.contentAttributes.of({ "aria-label": this.words.label }),
        CM.EditorState.changeFilter.of((change) => change.newDoc.length <= this.longest || this.say(this.words.long)),
        CM.EditorView.updateListener.of((update) => {
          if (!update.docChanged || this.taking) return;
          this.edits += 1;
          this.tell();
        }),
      ],
    });
    this.whole = this.given.whole;
    this.listen();
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    sessionStorage.removeItem(KEPT);
    if (kept.address === location.href && kept.text !== this.given.text) {
      this.whole = kept.whole;
      this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: kept.text } });
    }
    yaml.load().then((found) => this.view.dispatch({ effects: CM.StateEffect.appendConfig.of(found) }));
  },
  beforeUnmount() {
    window.socket?.off("disconnect", this.lose);
    removeEventListener("pagehide", this.keep);
    this.view.destroy();
  },
  methods: {
    listen() {
      if (!window.socket) return setTimeout(this.listen, 100); // it is made after the page
      window.socket.on("disconnect", this.lose);
      addEventListener("pagehide", this.keep);
    },
    lose() {
      this.isLost = true;
    },
    keep() {
      const kept = { text: this.view.state.doc.toString(), whole: this.whole, address: location.href };
      if (this.isLost && this.edits) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    },
    hear() {
      this.tell();
      setTimeout(() => (this.isLost = false), HEARD);
    },
    tell() {
      if (this.edits) this.$emit("typed", { text: this.view.state.doc.toString(), edits: this.edits, whole: this.whole });
    },
    take() {
      const { edits, whole } = this.given;
      const old = this.view.state.doc.toString();
      // The end of the last line is no difference: it would take a cursor there along to the next.
      const text = old.endsWith("\n") ? this.given.text : this.given.text.replace(/\n$/, "");
      if (edits !== this.edits) {
        if (text !== old) this.say(this.words.late); // the server has not heard yet of what was typed last
        return;
      }
      this.whole = whole;
      let start = 0; // only what differs is replaced: cursor and selection stay
      while (start < old.length && old[start] === text[start]) start++;
      let end = 0;
      while (end < Math.min(old.length, text.length) - start && old.at(-1 - end) === text.at(-1 - end)) end++;
      this.taking = true;
      this.view.dispatch({ changes: { from: start, to: old.length - end, insert: text.slice(start, text.length - end) } });
      this.taking = false;
    },
    say(message) {
      Quasar.Notify.create({ message, position: "top" });
      return false;
    },
  },
};
