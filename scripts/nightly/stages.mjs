/**
 * What a night consists of. Stages of one lane run one after the other, lanes of one part beside each other, parts one after
 * the other. Beside each other is only what is judged by what happened and not by how fast: a soak looks at what is held,
 * chaos at what was promised, and the simulated fleets are charged processor time of their own thread. What tells times or
 * rates has the machine to itself.
 */

/**
 * @typedef {object} Stage
 * @property {string} proves  in words
 * @property {number} minutes  expected on two processors; docs/nightly.md tells what it took
 * @property {readonly string[]} run  a script of this folder's parent, and its arguments
 * @property {readonly string[]} quick  the same for minutes at most
 */

export const SEED = String(Date.now() % 1_000_000)

/** @type {Readonly<Record<string, Stage>>} */
export const STAGES = {
  soak: {
    proves: 'an hour of steady load leaves memory, handles, disks, containers and comments as they are',
    minutes: 65,
    run: ['soak', '--minutes', '60', '--save'],
    quick: ['soak', '--minutes', '2'],
  },
  tests: {
    proves: 'the random tests twelve times over from another place, among them 12,000 simulated worlds',
    minutes: 20,
    run: ['nightly-tests', 'random'],
    quick: ['nightly-tests', 'random', '1'],
  },
  fuzz: {
    proves: 'each parser of foreign bytes bears what two minutes of guided mutation find',
    minutes: 28,
    run: ['fuzz', '--seconds', '120'],
    quick: ['fuzz', '--seconds', '2'],
  },
  chaos: {
    proves: 'what was promised holds while peers, engine, disk, GitHub, network and clocks fail for half an hour',
    minutes: 35,
    run: ['chaos', '--seed', SEED, '--minutes', '30'],
    quick: ['chaos', '--seed', SEED, '--minutes', '0.5'],
  },
  'shared-home': {
    proves: 'the same of a home that peers share in PostgreSQL, for ten minutes',
    minutes: 12,
    run: ['chaos', '--shared-home', '--seed', SEED, '--seconds', '600'],
    quick: ['chaos', '--shared-home', '--seed', SEED, '--seconds', '20'],
  },
  scale: {
    proves:
      'a million simulated tasks of fleets of 10 to 1,000 peers: what they cost, how it grows, what is used up first',
    minutes: 28,
    run: ['bench', 'scale', '--peers', '10,100,1000', '--tasks', '1000000'],
    quick: ['bench', 'scale', '--quick'],
  },
  hostile: {
    proves: 'each attack of hostile peers for a minute, and what the attacked peer grew by',
    minutes: 16,
    run: ['nightly-tests', 'hostile'],
    quick: ['nightly-tests', 'hostile'],
  },
  relay: {
    proves: 'a log of 50 MB and an artifact of 200 MB come home from behind two NATs over a relay',
    minutes: 5,
    run: ['nightly-tests', 'relay'],
    quick: ['nightly-tests', 'relay'],
  },
  bench: {
    proves: 'all benchmarks beside their peers: docs/BENCHMARKS.md',
    minutes: 20,
    run: ['bench', 'all', '--save'],
    quick: ['bench', 'all', '--quick'],
  },
}

/** Parts, their lanes, and the stages of each lane. */
export const PLAN = [
  [['soak'], ['fuzz', 'relay']],
  [
    ['chaos', 'shared-home'],
    ['tests', 'scale'],
  ],
  [['hostile', 'bench']],
]

/** What the tests of a quick night try for seconds instead of minutes. */
export const QUICK_ENV = {
  RUNNER_MESH_TEST_ATTACK_SECONDS: '3',
  RUNNER_MESH_TEST_OUTPUT_SHARE: '0.1',
}
