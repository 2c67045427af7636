import type pg from 'pg';
import type { Topology } from '../../db/topologies/topology.ts';
import type { Arm, ScenarioResult } from '../results/results.ts';
import type { Draw } from './draw.ts';
import type { NamedStatement } from './prepared.ts';

/** One thing that is timed: an insert of a kind, with the numbers it draws. `D` is what it draws from. */
export interface Scenario<D = Draw> {
  readonly name: string;
  readonly title: string;
  /** What is inserted, and how: messages by INSERT (`send`) or by COPY, or delivery reports. */
  readonly kind: ScenarioResult['kind'];
  readonly rowsPerStatement: number;
  readonly clients: number;
  /** Whether each transaction waits for the disk. */
  readonly durable: boolean;
  /**
   * What the control is. `check off`: the same statement with only the check switched off.
   * `check off twice`: the check off in both arms, so that the method is tried on itself.
   * `other statement`: both arms with the check on, the control being a statement that costs the
   * same but for what is measured. `another check`: the check off in both arms,
   * the treatment checks in a way of its own. `another place`: the same statement in another database. `none`: one
   * arm only.
   */
  readonly control: ScenarioResult['control'];
  /** Where the arms must be of one kind: tables beside that of the messages, partitioned by month. */
  readonly arms?: 'partitioned twins';
  /** Where its sessions are, on a cluster; absent: at the coordinator. */
  readonly at?: 'a worker';
  /** Of a network that is put between the client and the server; absent: none. */
  readonly roundTripMs?: number;
  /** The statement, as a reader may try it. */
  readonly statement: string;
  /** Its share of a run's time, next to those of the other scenarios. */
  readonly weight: number;
  /** Whether it is timed where nothing is said, and where many designs are. */
  readonly selected: 'always' | 'one design' | 'on request';
  /**
   * How narrow the ratio's interval should be, as a multiple of what the run wants of one row: bulk
   * statements and reports scatter more.
   */
  readonly widthFactor: number;
  /** Makes what one arm of a slice needs, and returns what is to be timed. */
  readonly prepare: (context: SliceContext<D>) => Promise<ArmWork>;
}

/** What a scenario has to prepare one arm of a slice with. */
export interface SliceContext<D = Draw> {
  readonly arm: Arm;
  /** One for each client, with the settings of the scenario. */
  readonly clients: readonly pg.Client[];
  /** What the clients send for a statement: the same, unless they share sessions with others. */
  readonly asSent: (statement: NamedStatement) => NamedStatement;
  /** How often each client will call, warm-up included. */
  readonly calls: number;
  /** For preparing. */
  readonly admin: pg.Client;
  readonly topology: Topology;
  /** The same for both arms of a slice. */
  readonly draw: D;
  /** How many profiles block a number. */
  readonly blockThreshold: number;
  /** Share of attempts to blocked numbers, where the scenario has it as a parameter. */
  readonly blockedShare: number;
}

/** What is timed in one arm of a slice. */
export interface ArmWork {
  /** One for each client; called again and again, each call is a sample. */
  readonly calls: readonly (() => Promise<unknown>)[];
  /** Numbers for which a design derived something that must be forgotten afterwards. */
  readonly phones?: readonly string[];
}
