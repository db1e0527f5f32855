package workdays

// Between returns how many working days lie after from up to and including to;
// negative when to is before from.
func (c Calendar) Between(from, to Date) int {
	sign := 1
	if to.Before(from) {
		from, to, sign = to, from, -1
	}
	n := 0
	for d := from; d.Before(to); {
		d = d.AddDays(1)
		if !c.Off(d) {
			n++
		}
	}
	return sign * n
}
