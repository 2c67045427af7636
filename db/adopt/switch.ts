import {
  type AdoptableDesign,
  adoptableDesigns,
  type DesignIndex,
  designOfMapping,
  namesOfDesigns,
} from './designs.ts';
import type { Mapping } from './mapping.ts';
import { quoteName } from './quote.ts';
import { render, template, type Values } from './render.ts';
import { translate } from './translate.ts';

/**
 * What puts the check of a mapping's design where messages are inserted, in place of any other design's:
 * what it needs before, the triggers in one transaction, and what nobody needs any more after.
 *
 * @param condition a statement that fails where the switch must not be made
 */
export function switchTo(mapping: Mapping, values: Values, condition: string): string {
  const design = designOfMapping(mapping);
  const needsNoPartitions =
    design.level === 'statement' ? render(template('require_no_partitions'), values) : '';
  return withoutGaps(
    render(template('switch'), {
      ...values,
      design: design.name,
      'functions of the check': functionsOf(design, mapping),
      'indexes of the check': design.indexes
        .map((index) => buildIndex(index, mapping, values))
        .join('\n\n'),
      'condition of the switch': [condition, needsNoPartitions].filter(Boolean).join('\n'),
      'triggers that refuse': render(template('triggers_that_refuse'), {
        ...values,
        'trigger on inserts': translated(design.trigger, mapping),
      }),
      'what another check left': dropOthers(design, quoteName(mapping.schema)),
    }),
  );
}

function functionsOf({ functions }: AdoptableDesign, mapping: Mapping): string {
  if (functions.length === 0) return '';
  const { schema, sendingRole } = mapping;
  const revokes =
    sendingRole === undefined
      ? []
      : functions.map(
          ({ name }) =>
            `revoke all on function ${quoteName(schema)}.${name}() from ${quoteName(sendingRole)};`,
        );
  return render(template('functions_of_check'), {
    'design functions': [
      ...functions.map(({ statements }) => translated(statements, mapping)),
      ...revokes,
    ].join('\n'),
  });
}

function buildIndex({ name, statements }: DesignIndex, mapping: Mapping, values: Values): string {
  const schema = quoteName(mapping.schema);
  const broken = `${name}_broken`;
  return render(template('index'), {
    ...values,
    index: `${schema}.${name}`,
    'broken index': `${schema}.${broken}`,
    'broken index name': broken,
    'build index': translated(statements, mapping).replace(
      /^create index /m,
      'create index concurrently if not exists ',
    ),
  });
}

function dropOthers(design: AdoptableDesign, schema: string): string {
  const [all, own] = [namesOfDesigns(adoptableDesigns()), namesOfDesigns([design])];
  const others = (names: readonly string[], needed: readonly string[]): readonly string[] =>
    names.filter((name) => !needed.includes(name));
  return render(template('left_by_another_check'), {
    'drop what is left': [
      ...others(all.functions, own.functions).map(
        (name) => `drop function if exists ${schema}.${name};`,
      ),
      ...others(all.indexes, own.indexes).map(
        (name) => `drop index concurrently if exists ${schema}.${name};`,
      ),
    ].join('\n'),
  });
}

function translated(statements: readonly string[], mapping: Mapping): string {
  return statements.map((statement) => translate(statement, mapping)).join('\n');
}

/** Where a design has nothing of a kind, nothing stands there. */
function withoutGaps(text: string): string {
  return text.replace(/^\n+/, '').replace(/\n{3,}/g, '\n\n');
}
