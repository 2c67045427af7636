import { Worker } from 'node:worker_threads';

/**
 * Starts a module as a thread. Node 20 does not hand tsx's loader on to threads, so the thread registers
 * it first and then imports the module; one that was built as JavaScript needs no loader.
 */
export function startThread(module: URL, workerData: unknown): Worker {
  if (module.pathname.endsWith('.js')) return new Worker(module, { workerData });
  const boot = `import('tsx/esm/api')
    .then(({ register }) => { register(); return import(${JSON.stringify(module.href)}); })`;
  return new Worker(boot, { eval: true, workerData });
}
