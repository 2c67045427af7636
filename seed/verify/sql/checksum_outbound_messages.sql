-- The same hashes as wasm/rows.ts computes, in the same chain: each column's hash seeds the next.
select
  count(*)::text as rows,
  coalesce(
    bit_xor(
      uuid_hash_extended(
        m.id,
        hashtextextended(
          m.to_number,
          hashtextextended(m.body, 0) # coalesce(uuid_hash_extended(m.profile_id, 0), 0)
        )
      )
    ),
    0
  )::text as checksum
from public.outbound_messages as m;
