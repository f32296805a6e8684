import { Button, Select } from '@mantine/core'
import { ChevronDownIcon, ChevronUpIcon, TrashIcon } from '../../parts/icons.tsx'
import { t, textOr } from '../../texts/translate.ts'
import { BlockErrors } from './builder.tsx'
import type { Step } from './draft.ts'
import { ParameterField } from './parameter-field.tsx'
import { useParts } from './parts.ts'

export const actionName = (action: string): string => textOr(`action.${action}`, action)

interface StepLineProps {
  step: Step
  position: number
  count: number
  errors: Record<string, string>
  onChange: (step: Step) => void
  /** @param part of the step that had the focus */
  onMove: (by: 1 | -1, part: string) => void
  onRemove: () => void
}

/** A step as a sentence: what is done, with what. */
export function StepLine({ step, position, count, errors, onChange, onMove, onRemove }: StepLineProps) {
  const { actions, isAllowed } = useParts()
  const { action, values } = step
  const parameters = actions.find((one) => one.action === action)?.parameters ?? []
  const offered = actions.filter((one) => one.action === action || isAllowed(one))
  const elsewhere = Object.entries(errors).filter(([name]) => !parameters.some((one) => one.name === name))
  const name = actionName(action)
  return (
    <li
      className="step"
      data-step={step.key}
      onKeyDown={(event) => {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as 1 | -1 | undefined
        if (!event.altKey || !by) return
        event.preventDefault()
        event.stopPropagation()
        const part = (event.target as HTMLElement).closest('[data-part]')?.getAttribute('data-part')
        onMove(by, part ?? 'action')
      }}
    >
      <span className="step-number" aria-hidden="true">
        {position + 1}
      </span>
      <div className="step-body">
        <BlockErrors messages={elsewhere.map(([, detail]) => detail)} />
        <div className="sentence">
          <Select
            aria-label={t('automations.step', { n: position + 1 })}
            data-part="action"
            allowDeselect={false}
            data={offered.map((one) => ({ value: one.action, label: actionName(one.action) }))}
            value={action}
            onChange={(chosen) => {
              const taken = actions.find((one) => one.action === chosen)?.parameters ?? []
              const kept = Object.entries(values).filter(([known]) => taken.some((one) => one.name === known))
              if (chosen !== null) onChange({ ...step, action: chosen, values: Object.fromEntries(kept) })
            }}
          />
          {parameters.map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              value={values[parameter.name]}
              values={values}
              error={errors[parameter.name]}
              onChange={(value) => onChange({ ...step, values: { ...values, [parameter.name]: value } })}
            />
          ))}
        </div>
      </div>
      <div className="step-buttons">
        <IconButton
          part="up"
          label={t('automations.moveUp', { step: name })}
          disabled={position === 0}
          onClick={() => onMove(-1, 'up')}
        >
          <ChevronUpIcon size={16} />
        </IconButton>
        <IconButton
          part="down"
          label={t('automations.moveDown', { step: name })}
          disabled={position === count - 1}
          onClick={() => onMove(1, 'down')}
        >
          <ChevronDownIcon size={16} />
        </IconButton>
        <IconButton part="remove" label={t('automations.removeStep', { step: name })} onClick={onRemove}>
          <TrashIcon size={16} />
        </IconButton>
      </div>
    </li>
  )
}

interface IconButtonProps {
  part: string
  label: string
  disabled?: boolean
  onClick: () => void
  children: React.ReactNode
}

const IconButton = ({ part, label, disabled, onClick, children }: IconButtonProps) => (
  <Button
    variant="subtle"
    color="dark"
    size="compact-sm"
    px={5}
    data-part={part}
    aria-label={label}
    disabled={disabled}
    onClick={onClick}
  >
    {children}
  </Button>
)
