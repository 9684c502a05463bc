/** The parts of the YAML library in use, which the build keeps in a separate script for the start (ops/build.ts). */
export { type Document, isMap, isNode, LineCounter, parseDocument, type YAMLError } from 'yaml';
