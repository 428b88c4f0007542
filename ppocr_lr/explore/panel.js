// What stands in it belongs to it alone, so that the rest of the page is not drawn again with it.
export default {
  template: `<component :is="as"><slot></slot></component>`,
  props: { as: String },
};
