package form

// A Code says what is wrong or doubtful about an answer. It selects a message
// in the language of the interface and is never renamed.
type Code string

// The errors.
const (
	Required      Code = "required"        // no answer
	WrongType     Code = "type"            // the answer is of another kind than the field
	Pattern       Code = "pattern"         // the text has another form
	Charset       Code = "charset"         // characters that no text may have
	MaxLen        Code = "max_len"         // max
	MinLen        Code = "min_len"         // min
	BadOption     Code = "option"          // not among the options, or of another parent
	OptionTwice   Code = "option_twice"    // chosen twice
	BadDate       Code = "date_impossible" // there is no such day
	BadTime       Code = "time_impossible" // there is no such time
	BadNumber     Code = "number"          // not a number
	TooSmall      Code = "min"             // min
	TooLarge      Code = "max"             // max
	LessThanField Code = "min_field"       // less than the other field; field, min
	TooEarly      Code = "date_min"        // min, a date
	TooLate       Code = "date_max"        // max, a date
	BeforeField   Code = "date_min_field"  // earlier than the other field; field, min
	NotInteger    Code = "integer"         // a fraction
	BadStep       Code = "step"            // not a whole number of steps; step
	BadLength     Code = "length"          // a number with too many or too few characters
	BadFormat     Code = "format"          // a number with another form
	CheckDigit    Code = "check_digit"     // a slip in a number
	NoCentury     Code = "century_unknown" // the number does not tell the century
	BirthMismatch Code = "birth_mismatch"  // number and birth date disagree; field
	SexMismatch   Code = "sex_mismatch"    // number and sex disagree; field
	MustBe        Code = "must_be"         // only one answer lets the form be filed
	BadFile       Code = "file"            // the attachment is described wrongly
	EmptyFile     Code = "file_empty"
	BadMIME       Code = "file_type" // allowed
	FileTooLarge  Code = "file_size" // max, in 2²⁰ octets
	TooManyFiles  Code = "max_files" // max
	ImageSmall    Code = "image_small"
	ImageAspect   Code = "image_aspect" // aspect
	MinRows       Code = "min_rows"     // min
	MaxRows       Code = "max_rows"     // max
	RuleLimit     Code = "rule_limit"   // the rules of the form do not come to an end
)

// The doubts.
const (
	Expired       Code = "expired"             // the document's time is over
	UnknownSeries Code = "unknown_series"      // passports are not known to have this series
	UnknownArea   Code = "unknown_area"        // no known area code
	UnusualDigit  Code = "unusual_first_digit" // of a payer's number
	UnknownOption Code = "unknown_option"      // a value that this copy of the list lacks
	OddExtension  Code = "file_ext"            // the name ends unlike such files do
)

// Codes lists every code, errors first, for the test that proves each has a
// message in every language.
func Codes() []Code {
	return []Code{
		Required, WrongType, Pattern, Charset, MaxLen, MinLen, BadOption, OptionTwice, BadDate, BadTime, BadNumber,
		TooSmall, TooLarge, LessThanField, TooEarly, TooLate, BeforeField, NotInteger, BadStep, BadLength, BadFormat, CheckDigit, NoCentury, BirthMismatch,
		SexMismatch, MustBe, BadFile, EmptyFile, BadMIME, FileTooLarge, TooManyFiles, ImageSmall, ImageAspect,
		MinRows, MaxRows, RuleLimit,
		Expired, UnknownSeries, UnknownArea, UnusualDigit, UnknownOption, OddExtension,
	}
}
