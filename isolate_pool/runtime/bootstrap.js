// The module system of the runtime: `modules` holds each file of this folder as a compiled function.
// Runs once, in the zygote. Parameters: modules, internal (Node's internal require), binding (instance/runtime.cc), process.
'use strict';

const loaded = new Map();

function requireRuntime(name) {
  if (!name.startsWith('./')) return internal(name.replace(/^node:/, ''));
  const file = name.slice(2);
  let module = loaded.get(file);
  if (!module) {
    module = { exports: {} };
    loaded.set(file, module);
    modules[file](module, requireRuntime, internal, binding, process);
  }
  return module.exports;
}

return requireRuntime('./main');
