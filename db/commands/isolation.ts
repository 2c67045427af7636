import { newCommand, onInterrupt, runCommand } from '../cli/command.ts';
import { CheckFailure } from '../cli/errors.ts';
import { seedMeaning, wholeNumber } from '../cli/flags.ts';
import { applyDesign, type Design, designsNamed, listDesigns, whyNotHere } from '../designs.ts';
import {
  type IsolationResult,
  runPermutations,
  runRandomHistories,
} from '../isolation/run-histories.ts';
import { openServer } from '../lab.ts';
import { createTemplate } from '../testing/test-database.ts';

await runCommand(async () => {
  const flags = newCommand('prove')
    .description(
      'Run every permutation of two and three sessions, and random histories, against designs',
    )
    .option('--histories <n>', 'random histories a design', wholeNumber(0), 1000)
    .option(
      '--permutations <n>',
      'permutations a case and level, drawn by the seed, at most (default: all)',
      wholeNumber(0),
    )
    .option('--designs <names|all>', 'designs, with commas (default: "all")', designsNamed)
    .option('--seed <n>', seedMeaning, wholeNumber(0), 1)
    .parse()
    .opts<{
      histories: number;
      permutations?: number;
      designs?: readonly Design[];
      seed: number;
    }>();
  const server = await openServer();
  let failures = 0;
  try {
    for (const design of flags.designs ?? listDesigns()) {
      const database = await createTemplate(server.url);
      const forget = onInterrupt(() => database.drop());
      try {
        const client = await database.connect();
        try {
          const missing = await whyNotHere(client, design);
          if (missing !== undefined) {
            process.stdout.write(`${design.name}: left out: ${missing}\n`);
            continue;
          }
          await applyDesign(database.url, client, design);
        } finally {
          await client.end();
        }
        const { permutations: perCase, histories, seed } = flags;
        if (perCase !== 0) {
          const result = await runPermutations(database.url, design, {
            ...(perCase === undefined ? {} : { drawn: { perCase, seed } }),
            onProgress: progress(design, 'permutations'),
          });
          failures += print(design, 'permutations', result);
        }
        if (histories > 0) {
          const onProgress = progress(design, 'random histories');
          const result = await runRandomHistories(database.url, design, {
            histories,
            seed,
            onProgress,
          });
          failures += print(design, `random histories (seed ${seed})`, result);
        }
      } finally {
        forget();
        await database.drop();
      }
    }
  } finally {
    await server.close();
  }
  if (failures > 0) throw new CheckFailure(`${failures} histories went wrong`);
});

function print(
  design: Design,
  what: string,
  { histories, counts, failures }: IsolationResult,
): number {
  process.stdout.write(
    `${design.name}: ${histories} ${what}: ${failures.length === 0 ? 'all as they should be' : `${failures.length} wrong`}; ` +
      `${counts.statements} statements, ${counts.waits} waits, ${counts.refusals} refusals, ` +
      `retried ${counts.serializationFailures} serialization failures and ${counts.deadlocks} deadlocks\n`,
  );
  for (const failure of failures) process.stdout.write(`\n${failure}\n\n`);
  return failures.length;
}

function progress(design: Design, what: string): (histories: number) => void {
  return (histories) => {
    if (histories % 500 === 0) process.stderr.write(`${design.name}: ${histories} ${what}\n`);
  };
}
