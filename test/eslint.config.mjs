import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import tseslint from "typescript-eslint";

const here = dirname(fileURLToPath(import.meta.url));

export default tseslint.config(
  { ignores: ["**/*.js", "**/*.mjs"] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    basePath: join(here, ".."),
    languageOptions: {
      parserOptions: {
        project: [
          join(here, "tsconfig.json"),
          join(here, "..", "src", "label", "page", "tsconfig.json"),
        ],
        tsconfigRootDir: here,
      },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": ["error"],
      eqeqeq: "error",
    },
  },
  {
    files: ["src/cli/**", "test/bench/**"],
    rules: { "no-console": "off" },
  },
);
