-- The same hashes as wasm/rows.ts computes, in the same chain: each column's hash seeds the next.
select
  count(*)::text as rows,
  coalesce(bit_xor(hashtextextended(b.phone collate "C", 0)), 0)::text as checksum
from public.blocked_contacts as b;
