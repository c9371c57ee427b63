import { svelte } from "@sveltejs/vite-plugin-svelte";

// "tree" makes the elements of a template one by one. The default is innerHTML, which the page forbids (Trusted Types).
export const plugins = [svelte({ configFile: false, compilerOptions: { fragments: "tree" } })];
