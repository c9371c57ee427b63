import vue from "@vitejs/plugin-vue";

export const plugins = [vue({ features: { optionsAPI: false } })]; // only the Composition API is used
