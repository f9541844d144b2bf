// octostore for Node.js, as much of it as the example needs: octostore.h by koffi, nothing compiled.
//
// Each call is declared once, in the header's own words. Long calls are tasks of the library, looked at between other things that
// the event loop does; short ones that touch the disk run on koffi's threads. Nothing blocks.
import koffi from 'koffi';

koffi.struct('octo_bytes', { data: 'void *', len: 'size_t' });
koffi.struct('octo_pointer', { oid: koffi.array('uint8_t', 32), size: 'uint64_t' });
koffi.struct('octo_file_status', {
  struct_size: 'size_t',
  path: 'octo_bytes',
  state: 'uint32_t',
  has_pointer: 'bool',
  staged: 'bool',
  cached: 'bool',
  pushed: 'bool',
  pointer: 'octo_pointer',
});
koffi.struct('octo_log_entry', {
  struct_size: 'size_t',
  commit: 'octo_bytes',
  author: 'octo_bytes',
  subject: 'octo_bytes',
  time: 'int64_t',
  has_pointer: 'bool',
  pointer: 'octo_pointer',
});
koffi.struct('octo_progress', {
  struct_size: 'size_t',
  phase: 'octo_bytes',
  done_bytes: 'uint64_t',
  total_bytes: 'uint64_t',
  done_items: 'uint64_t',
  total_items: 'uint64_t',
});
for (const handle of ['context', 'repo', 'error', 'task', 'status_list', 'log_list', 'file']) koffi.opaque(`octo_${handle}`);

const STATES = ['present', 'pointer', 'modified', 'deleted', 'untracked'];
const ABI_VERSION = 0;

const lib = koffi.load(process.env.OCTOSTORE_LIBRARY ?? 'liboctostore.so.0');
const c = Object.fromEntries(
  [
    'uint32_t octo_abi_version(void)',
    'const char *octo_version(void)',
    'const char *octo_status_name(int32_t status)',
    'octo_bytes octo_error_message(const octo_error *error)',
    'octo_bytes octo_error_hint(const octo_error *error)',
    'bool octo_error_retryable(const octo_error *error)',
    'void octo_error_free(octo_error *error)',
    'int32_t octo_context_new(const void *options, _Out_ octo_context **out, _Inout_ octo_error **err)',
    'void octo_context_free(octo_context *context)',
    'int32_t octo_repo_open(const octo_context *context, octo_bytes path, _Out_ octo_repo **out, _Inout_ octo_error **err)',
    'void octo_repo_free(octo_repo *repo)',
    'int32_t octo_repo_status_start(const octo_repo *repo, const void *job, _Out_ octo_task **out, _Inout_ octo_error **err)',
    'bool octo_task_poll(const octo_task *task)',
    'int32_t octo_task_progress(const octo_task *task, _Inout_ octo_progress *out)',
    'void octo_task_cancel(const octo_task *task)',
    'int32_t octo_task_take_status_list(const octo_task *task, _Out_ octo_status_list **out, _Inout_ octo_error **err)',
    'void octo_task_free(octo_task *task)',
    'size_t octo_status_list_count(const octo_status_list *list)',
    'int32_t octo_status_list_get(const octo_status_list *list, size_t index, _Inout_ octo_file_status *out)',
    'void octo_status_list_free(octo_status_list *list)',
    'int32_t octo_repo_log(const octo_repo *repo, octo_bytes path, size_t limit, _Out_ octo_log_list **out, _Inout_ octo_error **err)',
    'size_t octo_log_list_count(const octo_log_list *list)',
    'int32_t octo_log_list_get(const octo_log_list *list, size_t index, _Inout_ octo_log_entry *out)',
    'void octo_log_list_free(octo_log_list *list)',
    'int32_t octo_repo_open_file(const octo_repo *repo, octo_bytes rev, octo_bytes path, _Out_ octo_file **out, _Inout_ octo_error **err)',
    'uint64_t octo_file_len(const octo_file *file)',
    'int32_t octo_file_read_at(octo_file *file, uint64_t offset, void *data, size_t len, _Out_ size_t *done, _Inout_ octo_error **err)',
    'void octo_file_free(octo_file *file)',
  ].map((prototype) => [prototype.match(/octo_\w+(?=\()/)[0], lib.func(prototype)]),
);
if (c.octo_abi_version() !== ABI_VERSION) throw new Error(`the library has ABI ${c.octo_abi_version()}, not ${ABI_VERSION}`);

export const version = c.octo_version();

/** What went wrong, and what to do about it. */
export class OctoError extends Error {
  constructor(status, error) {
    super(text(c.octo_error_message(error)));
    this.name = 'OctoError';
    this.code = c.octo_status_name(status);
    this.hint = text(c.octo_error_hint(error));
    this.retryable = c.octo_error_retryable(error);
    c.octo_error_free(error);
  }
}

/** A git repository with data. Close it when it is no longer needed. */
export class Repo {
  #repo;

  constructor(repo) {
    this.#repo = repo;
  }

  static async open(path) {
    const context = check((err) => {
      const out = [null];
      return [c.octo_context_new(null, out, err), out];
    });
    try {
      return new Repo(await inThread(c.octo_repo_open, context, bytes(path)));
    } finally {
      c.octo_context_free(context);
    }
  }

  /** The state of every tracked file. Aborting `signal` stops it. */
  async status({ onProgress, signal } = {}) {
    const task = check((err) => {
      const out = [null];
      return [c.octo_repo_status_start(this.#repo, null, out, err), out];
    });
    try {
      await finished(task, onProgress, signal);
      const list = check((err) => {
        const out = [null];
        return [c.octo_task_take_status_list(task, out, err), out];
      });
      const files = items(list, 'octo_status_list', 'octo_file_status');
      return files((f) => ({
        path: text(f.path),
        state: STATES[f.state],
        size: f.has_pointer ? Number(f.pointer.size) : undefined,
        pushed: f.pushed,
      }));
    } finally {
      c.octo_task_free(task);
    }
  }

  /** Every change of a file, the newest first. */
  async log(path, limit = 0) {
    const list = await inThread(c.octo_repo_log, this.#repo, bytes(path), limit);
    const changes = items(list, 'octo_log_list', 'octo_log_entry');
    return changes((e) => ({ commit: text(e.commit), author: text(e.author), subject: text(e.subject), time: new Date(Number(e.time) * 1000) }));
  }

  /** Bytes of a file of a revision, from `offset`; fewer than `count` only at its end. Only what is touched is fetched. */
  async read(rev, path, offset, count) {
    const file = await inThread(c.octo_repo_open_file, this.#repo, bytes(rev), bytes(path));
    try {
      const buffer = Buffer.alloc(Math.min(count, Math.max(0, Number(c.octo_file_len(file)) - offset)));
      const done = await inThread(c.octo_file_read_at, file, offset, buffer, buffer.length);
      return buffer.subarray(0, Number(done));
    } finally {
      c.octo_file_free(file);
    }
  }

  close() {
    if (this.#repo) c.octo_repo_free(this.#repo);
    this.#repo = null;
  }
}

// A view is of the library's memory, which goes with its handle: the text is made at once.
function text({ data, len }) {
  return Number(len) === 0 ? '' : Buffer.from(koffi.view(data, Number(len))).toString();
}

function bytes(value) {
  const data = Buffer.from(value);
  return { data, len: data.length };
}

function check(call) {
  const err = [null];
  const [status, out] = call(err);
  if (status !== 0) throw new OctoError(status, err[0]);
  return out[0];
}

/** A call on another thread; its last two parameters are a result and an error. */
async function inThread(call, ...args) {
  const [out, err] = [[null], [null]];
  const status = await new Promise((resolve, reject) => {
    call.async(...args, out, err, (failed, result) => (failed ? reject(failed) : resolve(result)));
  });
  if (status !== 0) throw new OctoError(status, err[0]);
  return out[0];
}

async function finished(task, onProgress, signal) {
  const stop = () => c.octo_task_cancel(task);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  try {
    while (!c.octo_task_poll(task)) {
      const progress = { struct_size: koffi.sizeof('octo_progress'), phase: { data: null, len: 0 }, done_bytes: 0, total_bytes: 0, done_items: 0, total_items: 0 };
      if (onProgress && c.octo_task_progress(task, progress) === 0) onProgress(Number(progress.done_items), Number(progress.total_items));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The items of a list as objects of ours; the list is freed. */
function items(list, name, type) {
  return (make) => {
    try {
      return Array.from({ length: Number(c[`${name}_count`](list)) }, (_, index) => {
        const item = koffi.decode(Buffer.alloc(koffi.sizeof(type)), type);
        item.struct_size = koffi.sizeof(type);
        c[`${name}_get`](list, index, item);
        return make(item);
      });
    } finally {
      c[`${name}_free`](list);
    }
  };
}
