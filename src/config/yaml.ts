/** What is used of the YAML library, which the build keeps in a script of its own for the start (ops/build.ts). */
export { type Document, isMap, isNode, LineCounter, parseDocument, type YAMLError } from 'yaml';
