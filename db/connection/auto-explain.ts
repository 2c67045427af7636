import type pg from 'pg';

/**
 * Loads auto_explain into a session, if it is not there already: a superuser may; a server may also load it
 * into every session (session_preload_libraries) and let a role set its parameters.
 *
 * @param settings `name = value`, without the prefix
 * @throws where the role may not
 */
export async function loadAutoExplain(
  client: pg.Client,
  settings: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `select pg_catalog.current_setting('auto_explain.log_nested_statements', true) is not null as there`,
  );
  if (rows[0]?.there !== true) await client.query("load 'auto_explain'");
  for (const setting of settings) await client.query(`set auto_explain.${setting}`);
}
