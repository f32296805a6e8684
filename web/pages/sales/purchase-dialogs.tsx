import { Radio, TextInput } from '@mantine/core'
import { useState } from 'react'
import { now } from '../../api/clock.ts'
import {
  cancelPurchaseSubscription,
  deactivatePurchase,
  reactivatePurchase,
  updatePurchase,
} from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { Consequences } from '../../parts/consequences.tsx'
import { endOfDay, shownEnd, today, useZone } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { t } from '../../texts/translate.ts'
import type { PurchaseAttributes } from './purchase-access.tsx'
import { givesAccess, reasonName } from './words.tsx'

export interface ActProps {
  purchase: PurchaseAttributes & { id: string }
  /** Of the offer. */
  title: string
  /** Its subscription goes on. */
  canCancel: boolean
  onClose: () => void
}

/** Has everything read again that an end or a return of access changes. */
const refreshAccess = () =>
  refresh('purchases', 'orders', 'transactions', 'grants', 'contacts', 'customers', 'events', 'reports')

/** Ends access by a purchase, now or with a day. */
export function Deactivate({ purchase: { id }, title, canCancel, onClose }: ActProps) {
  const zone = useZone()
  const [when, setWhen] = useState<'now' | 'day'>('now')
  const [day, setDay] = useState(today(zone))
  return (
    <FormDialog
      title={t('purchases.deactivateTitle', { title })}
      fields={['deactivated_at']}
      submitLabel={t('purchases.deactivate')}
      canSubmit={when === 'now' || day !== ''}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        if (when === 'now') await deactivatePurchase(id)
        else {
          const deactivated_at = endOfDay(zone, day).toISOString()
          await updatePurchase(id, { data: { type: 'purchases', id, attributes: { deactivated_at } } })
        }
        await refreshAccess()
        onClose()
        notify(t('purchases.deactivated', { title }))
      }}
    >
      {(errors) => (
        <>
          <Radio.Group
            label={t('purchases.when')}
            value={when}
            onChange={(value) => setWhen(value as 'now' | 'day')}
          >
            <div className="radio-pair">
              <Radio value="now" label={t('purchases.now')} />
              <Radio value="day" label={t('purchases.withDay')} />
            </div>
          </Radio.Group>
          {when === 'day' && (
            <TextInput
              type="date"
              label={t('purchases.lastDay')}
              description={t('period.hint', { zone })}
              min={today(zone)}
              value={day}
              error={errors.deactivated_at}
              onChange={({ currentTarget }) => setDay(currentTarget.value)}
            />
          )}
          <Consequences
            lines={[
              when === 'now' ? t('purchases.endsNow', { title }) : t('purchases.endsWithDay', { title }),
              t('purchases.othersStay'),
              canCancel && t('purchases.billingGoesOn'),
              t('purchases.noRefund'),
            ]}
          />
        </>
      )}
    </FormDialog>
  )
}

type Block = PurchaseAttributes['blocks'][number]

/** What ends access now is waived, or else an end that was set for later; and what ends it then. */
function reactivationOf(blocks: Block[]): { waived: Block[]; next: Block | undefined } {
  const unwaived = blocks.filter(({ waived_at }) => !waived_at)
  const ofNow = unwaived.filter(({ since }) => Date.parse(since) <= now())
  const waived = ofNow.length > 0 ? ofNow : unwaived.filter(({ cause }) => cause === 'deactivated')
  return { waived, next: unwaived.find((block) => !waived.includes(block)) }
}

/** Gives access by a purchase again, or removes an end that was set ahead. */
export function Reactivate({ purchase, title, canCancel, onClose }: ActProps) {
  const { id, blocks, interval } = purchase
  const zone = useZone()
  const isOpen = givesAccess(purchase, now())
  const { waived, next } = reactivationOf(blocks)
  const causes = [...new Set(waived.map(({ cause }) => reasonName(cause)))]
  return (
    <FormDialog
      title={t(isOpen ? 'purchases.removeEndTitle' : 'purchases.reactivateTitle', { title })}
      fields={[]}
      submitLabel={t(isOpen ? 'purchases.removeEnd' : 'purchases.reactivate')}
      isReady
      onClose={onClose}
      onSubmit={async () => {
        await reactivatePurchase(id)
        await refreshAccess()
        onClose()
        notify(t(isOpen ? 'purchases.endRemoved' : 'purchases.reactivated', { title }))
      }}
    >
      {() => (
        <Consequences
          lines={[
            t(isOpen ? 'purchases.staysOpen' : 'purchases.opensAgain', { title }),
            !isOpen && causes.length > 0 && t('purchases.isWaived', { causes: causes.join(', ') }),
            next &&
              t(isOpen ? 'purchases.stillEnds' : 'purchases.endsAgain', {
                day: shownEnd(next.since, zone),
                cause: reasonName(next.cause),
              }),
            t('purchases.laterBlocks'),
            interval !== null && !canCancel && t('purchases.notCharged'),
          ]}
        />
      )}
    </FormDialog>
  )
}

/** Ends the subscription of a purchase, and access with it. */
export function CancelSubscription({ purchase, title, onClose }: ActProps) {
  const { id, through_provider_account: isCharged } = purchase
  return (
    <FormDialog
      title={t('purchases.cancelTitle', { title })}
      fields={[]}
      submitLabel={t('purchases.cancel')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await cancelPurchaseSubscription(id)
        await refreshAccess()
        onClose()
        notify(t('purchases.canceled', { title }))
      }}
    >
      {() => (
        <Consequences
          lines={[
            t(isCharged ? 'purchases.cancelsAtProvider' : 'purchases.cancelsHere'),
            t('purchases.cancelEndsAccess', { title }),
            t('purchases.othersStay'),
            t('purchases.noRefund'),
            t('purchases.cancelIsFinal'),
          ]}
        />
      )}
    </FormDialog>
  )
}
