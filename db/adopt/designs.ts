import { UserError } from '../cli/errors.ts';
import { type Design, defaultDesignName, designNamed, listDesigns } from '../designs.ts';
import { readSql } from '../sql.ts';
import { functionsIn, type SchemaFunction } from './source.ts';
import { splitStatements } from './split-statements.ts';

/** What one design has in place of the default's check: in the lab's words, from the design's own SQL. */
export interface AdoptableDesign {
  readonly name: string;
  readonly title: string;
  readonly functions: readonly SchemaFunction[];
  /** Of blocked_contacts. */
  readonly indexes: readonly DesignIndex[];
  /** What makes the trigger on inserts, and comments on it. */
  readonly trigger: readonly string[];
  /** The function that the trigger calls. */
  readonly check: string;
  /** Whether it fires for each row, before it, or once a statement. */
  readonly level: 'row' | 'statement';
}

/** An index that a design looks numbers up by. */
export interface DesignIndex {
  readonly name: string;
  /** `create index …`, what comments on it, and what analyses its table. */
  readonly statements: readonly string[];
}

const ofFunction =
  /^(?:create (?:or replace )?function|comment on function|revoke all on function) /;
const ofIndex = /^(?:create|comment on) index (?:public\.)?(\w+)/;
const ofTrigger =
  /^(?:create or replace|comment on) trigger outbound_messages_refuse_blocked_insert\b/;
// "create or replace" takes its place, and keeps no reader waiting
const ofTriggerGone = /^drop trigger if exists outbound_messages_refuse_blocked_insert\b/;
const ofStatistics = /^analyze public\.blocked_contacts;$/;

/**
 * A design by name, as it can be brought into a database that is in use: without a moment in which a blocked
 * number passes, and without a lock that is held for longer than it takes to make a trigger.
 *
 * @throws UserError, one line, where there is none of that name, or with what it has that cannot
 */
export function adoptableDesign(name: string): AdoptableDesign {
  return adoptable(designNamed(name));
}

function adoptable(design: Design): AdoptableDesign {
  const { name } = design;
  const [need] = design.needs;
  if (need !== undefined) {
    throw new UserError(
      `design ${name} cannot be adopted: whoever sends would need a right for it (${need})`,
    );
  }
  const statements = statementsOf(design);
  const known = [ofFunction, ofIndex, ofTrigger, ofTriggerGone, ofStatistics];
  const other = statements.find((statement) => !known.some((kind) => kind.test(statement)));
  if (other !== undefined) {
    throw new UserError(
      `design ${name} cannot be adopted: only functions, indexes of blocked_contacts and the trigger on inserts can be exchanged beside traffic, and it has "${other.split(/\s+/).slice(0, 5).join(' ')} …"`,
    );
  }
  const trigger = statements.filter((statement) => ofTrigger.test(statement));
  const text = trigger.length === 0 ? splitStatements(design.checkOnSql) : trigger;
  const [, check] = /execute function public\.(\w+)\(\)/.exec(text.join('\n')) ?? [];
  if (check === undefined) throw new Error(`design ${name} has no trigger on inserts`);
  return {
    name,
    title: design.title,
    functions: functionsIn(statements.filter((statement) => ofFunction.test(statement))),
    indexes: indexesIn(statements),
    trigger: text,
    check,
    level: /\bfor each statement\b/.test(text.join('\n')) ? 'statement' : 'row',
  };
}

/** Every design that can be adopted, the default first. */
export function adoptableDesigns(): readonly AdoptableDesign[] {
  return listDesigns().flatMap((design) => {
    try {
      return [adoptable(design)];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
}

/** The names of the functions and indexes that some designs have beside the schema's own, each once. */
export function namesOfDesigns(designs: readonly AdoptableDesign[]): {
  readonly functions: readonly string[];
  readonly indexes: readonly string[];
} {
  const names = (parts: readonly { readonly name: string }[]) => [
    ...new Set(parts.map(({ name }) => name)),
  ];
  return {
    functions: names(designs.flatMap(({ functions }) => functions)),
    indexes: names(designs.flatMap(({ indexes }) => indexes)),
  };
}

/** The design of a mapping that names none is the default. */
export function designOfMapping({ design }: { readonly design?: string }): AdoptableDesign {
  return adoptableDesign(design ?? defaultDesignName);
}

function statementsOf({ name, version, folder }: Design): readonly string[] {
  const text = readSql(new URL(`${version}_${name}.sql`, folder));
  const [, up] = /-- migrate:up\n([\s\S]*)-- migrate:down\n/.exec(text) ?? [];
  if (up === undefined) throw new Error(`the migration of ${name} has not both parts`);
  return splitStatements(up);
}

function indexesIn(statements: readonly string[]): readonly DesignIndex[] {
  const names = statements.flatMap((statement) => ofIndex.exec(statement)?.[1] ?? []);
  const statistics = statements.filter((statement) => ofStatistics.test(statement));
  return [...new Set(names)].map((name) => ({
    name,
    statements: [
      ...statements.filter((statement) => ofIndex.exec(statement)?.[1] === name),
      ...statistics,
    ],
  }));
}
