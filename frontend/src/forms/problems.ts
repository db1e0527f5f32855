// What is wrong in steps of a draft, for the summary and for the keys that go from one to the next.
import type { CellView, FieldView, StepView } from '../lib/dto.ts'
import { fieldError, problemLine } from '../lib/field-errors.ts'
import { say } from '../lib/i18n.svelte.ts'
import type { Problem } from '../ui/error-summary/error-summary.svelte'
import type { Draft } from './draft.svelte.ts'

/** What is said of an error of a field or a cell: why only one answer is taken the form says itself. */
export const errorOf = (view: Pick<FieldView, 'type' | 'must'>, code: string): string =>
  fieldError(code, view.type, code === 'must_be' ? view.must : undefined)

/** What Go finds wrong in the given steps now, one for each answer, in the order of the document. */
export function problemsOf(draft: Draft, steps: readonly StepView[]): Problem[] {
  const line = (v: FieldView | CellView, code: string) => problemLine(say(v.label), errorOf(v, code))
  return steps.flatMap((step) =>
    draft
      .fieldsOf(step)
      .flatMap((f) => [
        ...f.errors.slice(0, 1).map((code) => ({ field: f.id, text: line(f, code) })),
        ...f.rows.flatMap((row, i) =>
          row.cells
            .filter((c) => c.visible && c.errors.length)
            .map((c) => ({ field: `${f.id}[${i}].${c.id}`, text: line(c, c.errors[0] ?? '') })),
        ),
      ]),
  )
}

/** The control that answers a place: its own, the first of a group, or the button for a file. */
export function controlOf(field: string): HTMLElement | undefined {
  const own = document.getElementById(field)
  const group = own?.matches('fieldset') ? own : document.querySelector(`[data-field="${CSS.escape(field)}"]`)
  const first = group?.querySelector<HTMLElement>('input:checked, input:not([type=file]), select, textarea')
  const control =
    own && !own.matches('fieldset') ? own : (first ?? document.getElementById(`${field}-pick`) ?? own)
  return control ?? undefined
}

/** Shows the control of a place and gives it the focus. */
export function goTo(field: string): void {
  const control = controlOf(field)
  control?.scrollIntoView({ block: 'center' })
  control?.focus({ preventScroll: true })
}
