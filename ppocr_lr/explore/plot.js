// Plotly, told what to draw by a call, as text: what is called is code, and numbers as code are read twice.
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
    async draw(figure) {
      this.Plotly ??= (await import("nicegui-plotly")).Plotly;
      const { data, layout, config } = JSON.parse(figure);
      await this.Plotly.react(this.$el, data, layout, config);
    },
    update() {}, // called whenever a class changes
  },
};
