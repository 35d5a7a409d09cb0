// A process that makes one row of the methods bench, so that its peak of memory is its own. Only methods.ts talks to
// it, over IPC.
import { initBackend, type BackendChoice, type BackendOptions } from '#engine/tf.ts';
import { methodRow, type MethodResult, type RowRequest } from './method-row.ts';

export interface Asked extends RowRequest {
  readonly backend: { readonly choice: BackendChoice; readonly options: BackendOptions };
}
/** What is left of a method that ended in an error is its message. */
export type Told = MethodResult | { readonly failed: string };

const answer = async ({ backend, ...request }: Asked): Promise<Told> => {
  try {
    await initBackend(backend.choice, backend.options);
    return await methodRow(request);
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
};

process.once('message', (asked: Asked) => {
  void answer(asked).then((told) => process.send?.(told, undefined, undefined, () => process.disconnect()));
});
