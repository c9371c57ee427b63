// What Ember needs of a build, and no more: content-tag makes a call of each <template>, Ember's compiler makes code of the call (in the
// browser it would need eval, which the policy of the page forbids), and @ember/… is found inside of ember-source.
import { transformAsync } from "@babel/core";
import templates from "babel-plugin-ember-template-compilation";
import { Preprocessor } from "content-tag";
// @ts-expect-error: it has no types
import * as compiler from "ember-source/ember-template-compiler/index.js";
import { existsSync } from "node:fs";
import { normalizePath, type Plugin } from "vite";

const packages = normalizePath(`${import.meta.dirname}/node_modules/ember-source/dist/prod/packages/`);
const preprocessor = new Preprocessor();

const ember: Plugin = {
  name: "ember",
  enforce: "pre",
  resolveId(id) {
    if (!/^@(ember|glimmer)\//.test(id)) return undefined;
    // ember-modifier wants one function of @ember/application, which is in @ember/owner, too: so the router is left out.
    const path = packages + id.replace("@ember/application", "@ember/owner");
    return [`${path}/index.js`, `${path}.js`].find((file) => existsSync(file));
  },
  async transform(source, id) {
    if (!id.endsWith(".gts")) return undefined;
    const { code, map } = preprocessor.process(source, { filename: id });
    const compiled = await transformAsync(code, {
      configFile: false,
      babelrc: false,
      filename: id,
      inputSourceMap: JSON.parse(map),
      sourceMaps: true,
      parserOpts: { plugins: ["typescript"] },
      plugins: [[templates, { compiler }]],
    });
    return { code: compiled!.code!, map: compiled!.map!, moduleType: "ts" };
  },
};

export const plugins = [ember];
