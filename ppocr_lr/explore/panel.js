// What stands in it belongs to it alone, so that the rest of the page is not drawn again with it.
export default {
  props: { as: String },
  render() {
    return Vue.h(this.as, this.$slots.default?.());
  },
};
