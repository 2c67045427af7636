-- The same hashes as wasm/rows.ts computes, in the same chain: each column's hash seeds the next.
select
  count(*)::text as rows,
  coalesce(
    bit_xor(hashtextextended(o.phone, uuid_hash_extended(o.profile_id, o.ordinal))),
    0
  )::text as checksum
from public.opt_outs as o;
