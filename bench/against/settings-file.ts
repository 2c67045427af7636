import { UserError } from '../../db/cli/errors.ts';
import { readText } from '../../db/cli/read-text.ts';

/** One line of a settings file. */
export interface FileSetting {
  readonly line: number;
  readonly name: string;
  /** As it is written, quotes included. */
  readonly value: string;
}

/** A line as postgresql.conf has it (manual, "Parameter Interaction via the Configuration File"). */
const settingLine =
  /^\s*(?<name>[A-Za-z_][\w$.]*)(?:\s*=\s*|\s+)(?<value>'(?:[^'\\]|''|\\.)*'|[^\s'#=]+)\s*(?:#.*)?$/;

/** Where the lab keeps its servers, and how it reaches them: the lab's to say. */
const places: readonly string[] = [
  ...['config_file', 'data_directory', 'hba_file', 'ident_file', 'external_pid_file'],
  ...['listen_addresses', 'port', 'unix_socket_directories', 'unix_socket_permissions'],
  ...['include', 'include_dir', 'include_if_exists'],
];

/**
 * Reads a file of settings, `name = value` a line, as in postgresql.conf. A file without any is good too.
 *
 * @throws UserError where it is not there, a line is none, or a setting is the lab's own to say
 */
export function readSettingsFile(file: string): readonly FileSetting[] {
  const text = readText(file);
  if (text === undefined) throw new UserError(`there is no file ${file}`);
  return text.split(/\r?\n/).flatMap((written, index) => {
    const line = index + 1;
    if (/^\s*(#.*)?$/.test(written)) return [];
    const { name, value } = settingLine.exec(written)?.groups ?? {};
    if (name === undefined || value === undefined) {
      throw new UserError(`${file}, line ${line}: not "name = value", as in postgresql.conf`);
    }
    if (places.includes(name.toLowerCase())) {
      throw new UserError(`${file}, line ${line}: ${name} is the lab's own to set, leave it out`);
    }
    return [{ line, name: name.toLowerCase(), value }];
  });
}
