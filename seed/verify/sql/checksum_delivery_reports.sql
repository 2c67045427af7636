-- The same hashes as wasm/rows.ts computes, in the same chain: each column's hash seeds the next.
select
  count(*)::text as rows,
  coalesce(
    bit_xor(
      uuid_hash_extended(
        r.id,
        uuid_hash_extended(
          r.message_id,
          hashtextextended(r.event_type, coalesce(r.error_code, 0))
        )
      )
    ),
    0
  )::text as checksum
from public.delivery_reports as r;
