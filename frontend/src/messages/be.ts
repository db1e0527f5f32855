// All messages in Belarusian, by area.
import type { Dictionary } from '../lib/i18n.svelte.ts'
import access from './access.be.ts'
import attach from './attach.be.ts'
import backup from './backup.be.ts'
import citizen from './citizen.be.ts'
import clerk from './clerk.be.ts'
import common from './common.be.ts'
import desk from './desk.be.ts'
import entry from './entry.be.ts'
import errors from './errors.be.ts'
import exchange from './exchange.be.ts'
import forms from './forms.be.ts'
import keys from './keys.be.ts'
import move from './move.be.ts'
import profile from './profile.be.ts'

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
