/** The text that src/lib/dto.ts must have. */
export function dto(): string
/** The text that src/lib/api.ts must have. */
export function api(): string
