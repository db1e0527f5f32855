// All messages in English, by area.
import type { Dictionary } from '../lib/i18n.svelte.ts'
import access from './access.en.ts'
import attach from './attach.en.ts'
import backup from './backup.en.ts'
import citizen from './citizen.en.ts'
import clerk from './clerk.en.ts'
import common from './common.en.ts'
import desk from './desk.en.ts'
import entry from './entry.en.ts'
import errors from './errors.en.ts'
import exchange from './exchange.en.ts'
import forms from './forms.en.ts'
import keys from './keys.en.ts'
import move from './move.en.ts'
import profile from './profile.en.ts'

export default {
  common,
  attach,
  backup,
  citizen,
  forms,
  keys,
  move,
  access,
  clerk,
  desk,
  entry,
  errors,
  exchange,
  profile,
} satisfies Dictionary
