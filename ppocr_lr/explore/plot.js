// Plotly, told what to draw by a call.
export default {
  template: "<div></div>",
  mounted() {
    this.observer = new ResizeObserver(() => this.Plotly?.Plots.resize(this.$el));
    this.observer.observe(this.$el);
  },
  unmounted() {
    this.observer.disconnect();
  },
  methods: {
    async draw(data, layout, config) {
      this.Plotly ??= (await import("nicegui-plotly")).Plotly;
      await this.Plotly.react(this.$el, data, layout, config);
    },
    update() {}, // called whenever a class changes
  },
};
