import { now } from '../../api/clock.ts'
import type { Complete } from '../../api/documents.ts'
import type { Purchase } from '../../api/generated.ts'
import { Moment } from '../../parts/dates.tsx'
import { actorSentence } from '../../parts/events.tsx'
import { Card } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { t, textOr } from '../../texts/translate.ts'
import { AccessOf, givesAccess, reasonName } from './words.tsx'

export type PurchaseAttributes = Complete<Purchase>['attributes']

/** Whether the purchase gives access, because of what, and what was waived. */
export function PurchaseAccess({ purchase }: { purchase: PurchaseAttributes }) {
  const time = now()
  const isOpen = givesAccess(purchase, time)
  const { deactivated_at, deactivation_reason: reason, blocks } = purchase
  const isAhead = ({ since }: { since: string }) => Date.parse(since) > time
  return (
    <Card title={t('purchases.access')} action={<AccessOf purchase={purchase} now={time} />}>
      <p className="sale-sentence">{accessSentence()}</p>
      {blocks.length > 0 && (
        <ul className="sale-lines" aria-label={t('purchases.blocks')}>
          {blocks.map((block) => (
            <li key={`${block.cause} ${block.since} ${block.waived_at ?? ''}`}>
              <div>
                <strong>
                  {isAhead(block) && block.cause === 'deactivated'
                    ? t('purchases.endSet')
                    : reasonName(block.cause)}
                </strong>
                <span className="meta">
                  {isAhead(block) ? t('purchases.from') : t('purchases.since')}{' '}
                  <Moment at={block.since} as={isAhead(block) ? 'end' : 'day'} />,{' '}
                  {actorSentence(block.actor)}
                </span>
              </div>
              <div className="sale-states">
                {block.waived_at ? (
                  <>
                    <State tone="plain">{t('purchases.waived')}</State>
                    <Moment at={block.waived_at} as="day" />
                  </>
                ) : block === blocks[0] ? (
                  <State tone="warn">{t('purchases.decides')}</State>
                ) : (
                  <State tone="plain">{t('purchases.alsoBlocks')}</State>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )

  function accessSentence(): string {
    if (deactivated_at === null)
      return t(purchase.interval === null ? 'purchases.openBecause' : 'purchases.openWhilePaid')
    if (isOpen) return textOr(`purchases.willEnd.${reason}`, reasonName(reason))
    return textOr(`purchases.ended.${reason}`, reasonName(reason))
  }
}
