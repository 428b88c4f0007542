// The YAML editor. What is typed wins: a text of the server's is taken only if the server knew all that was typed, and
// always the whole text is told, so that no two sides ever count on what the other one has.
import * as CM from "nicegui-codemirror";

const KEPT = "ppocr-lr typed"; // until the editor is there again, after a reload or in another language

export default {
  template: `<div class="editor"></div>`,
  props: { given: Object, longest: Number, words: Object },
  watch: {
    given() {
      this.take();
    },
  },
  mounted() {
    this.edits = this.given.edits; // how many there were here
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
        CM.EditorState.changeFilter.of((change) => this.takes(change.newDoc)),
        CM.EditorView.updateListener.of((update) => {
          if (!update.docChanged || this.taking) return;
          this.edits += 1;
          this.tell();
        }),
      ],
    });
    this.whole = this.given.whole;
    addEventListener("pagehide", this.keep);
    this.restore();
    yaml.load().then((found) => this.view.dispatch({ effects: CM.StateEffect.appendConfig.of(found) }));
  },
  beforeUnmount() {
    removeEventListener("pagehide", this.keep);
    this.keep();
    this.view.destroy();
  },
  methods: {
    takes(text) {
      if (text.length > this.longest) return this.say(this.words.long);
      return !/\p{Surrogate}/u.test(text.toString()) || this.say(this.words.half); // nothing of it would arrive
    },
    keep() {
      const kept = { ...this.typed(), address: location.href };
      if (this.edits) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    },
    // The server may not have heard of it, and a text that cannot be used is in no address. While a page is loaded anew,
    // the address may still change; another address is another state.
    restore() {
      const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
      sessionStorage.removeItem(KEPT);
      const isAgain = performance.getEntriesByType("navigation")[0]?.type === "reload" || kept.address === location.href;
      if (!isAgain || !(kept.edits > this.edits) || kept.text === this.given.text) return;
      [this.whole, this.edits] = [kept.whole, kept.edits];
      this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: kept.text } });
    },
    typed() {
      return { text: this.view.state.doc.toString(), edits: this.edits, whole: this.whole };
    },
    tell() {
      if (this.edits) this.$emit("typed", this.typed());
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
