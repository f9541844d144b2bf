// node example.mjs FOLDER FILE: state, history and some bytes of a file, and what an error looks like.
import { OctoError, Repo, version } from './octostore.mjs';

const [folder, file] = process.argv.slice(2);

// The event loop goes on meanwhile: this counts how often.
let turns = 0;
const ticking = setInterval(() => turns++, 1);

const repo = await Repo.open(folder);
try {
  console.log(`octostore ${version}`);
  for (const { path, state, size } of await repo.status()) console.log(`${state} ${path} ${size}`);
  for (const { subject, author } of await repo.log(file)) console.log(`${subject}, ${author}`);
  console.log((await repo.read('HEAD~1', file, 2, 8)).toString().replace('\n', '\\n'));
  await repo.read('HEAD', 'data/none.csv', 0, 1);
} catch (e) {
  if (!(e instanceof OctoError)) throw e;
  console.log(`${e.code}: ${e.message} ${e.hint}`.trim());
}

// A call that nobody waits for any more is stopped, unless it was quicker.
const stopped = await repo.status({ signal: AbortSignal.abort() }).catch((e) => e);
if (!Array.isArray(stopped) && stopped.code !== 'cancelled') throw stopped;
repo.close();
clearInterval(ticking);
if (turns === 0) console.log('the event loop stood still');
