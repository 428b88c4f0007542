// The browser's own slider, which a keyboard and a screen reader know. It keeps its place by itself, so that a page
// that is drawn again meanwhile does not take it back.
export default {
  template: `<input type="range" :min="min" :max="max" :step="step" @input="$emit('moved', $el.valueAsNumber)">`,
  props: { value: Number, min: Number, max: Number, step: Number },
  mounted() {
    this.put(this.value);
  },
  methods: {
    async put(value) {
      await this.$nextTick(); // until min and max are there
      this.$el.value = value;
    },
  },
};
