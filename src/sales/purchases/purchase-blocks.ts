/** What ends access by a purchase, as the API shows it. */
import { sql } from 'kysely'
import { Type } from 'typebox'
import { isoTime } from '../../platform/jsonapi/field-types.ts'
import { NullableText, NullableTime } from '../../platform/jsonapi/nullable.ts'
import { BLOCK_CAUSES } from '../states.ts'

export const PurchaseBlockSchema = Type.Object({
  cause: Type.Unsafe<string>({ type: 'string', enum: [...BLOCK_CAUSES], examples: ['refund'] }),
  since: Type.String({ format: 'date-time', description: 'When access ends because of it; may lie ahead' }),
  actor: Type.String({ examples: ['user:1'] }),
  waived_at: NullableTime({ description: 'Since then it is ignored: the purchase was reactivated' }),
  waived_by: NullableText({ examples: [null] }),
})

/** Those of the purchase `r` as JSON: the one that decides first, those that are waived last. */
export const blocksOfPurchase = sql`coalesce((
  select json_agg(json_build_object(
           'cause', b.cause, 'since', ${isoTime(sql`b.since`)}, 'actor', b.actor,
           'waived_at', ${isoTime(sql`b.waived_at`)}, 'waived_by', b.waived_by)
         order by (b.waived_at is not null), b.since, b.cause)
    from purchase_blocks b where b.purchase_id = r.id and b.site_id = r.site_id), '[]')`
