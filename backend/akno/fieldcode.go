package akno

// FieldCodes lists what can be wrong with a field of an error, sorted: at a field
// of a form, of the clerk's card, of a command. The page has a sentence for each in
// every language. The words are part of the contract and are never renamed.
func FieldCodes() []string {
	return []string{
		"address", "amount", "another", "another_account", "another_body", "another_entity", "another_person",
		"another_representative", "birth_mismatch", "century_unknown", "charset", "check_digit", "checksum",
		"code_expired", "code_sent", "code_wrong", "consent_outdated", "copy_size", "cross", "damaged", "date", "date_impossible", "date_max",
		"date_min", "date_min_field", "document_expired", "elsewhere", "exists", "expired", "file", "file_empty", "file_ext",
		"file_missing", "file_size", "file_type", "filed", "format", "free", "future", "image_aspect", "image_small",
		"in_future", "integer", "kind", "length", "max", "max_files", "max_len", "max_rows", "min", "min_field",
		"min_len", "min_rows", "must_be", "must_change", "no_fee", "no_room", "none", "not_text", "not_writable", "number",
		"number_mismatch", "older", "option", "option_twice", "other_person", "own", "own_data", "paid", "password_frequent",
		"password_long", "password_own", "password_same", "password_short", "password_text", "password_wrong",
		"pattern", "repeats", "required", "reused", "rule_limit", "same_person", "sex_mismatch", "shown", "stale", "step", "text",
		"time_impossible", "too_short", "type", "unexpected", "unknown", "unknown_area", "unknown_option",
		"unknown_series", "unpaid", "unsigned", "unusual_first_digit", "used", "word",
	}
}
