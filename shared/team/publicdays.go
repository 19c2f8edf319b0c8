package team

import (
	"slices"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// publicHolidays has the public holidays of the countries that the library knows, by code. They are those of the
// whole country: of a state that has more, the file gives the dates. Argentina is left out, because the library
// has its Good Friday on a Thursday.
var publicHolidays = map[string][]*cal.Holiday{
	"AT": at.Holidays,
	// The library knows those of the states. These are in all of them.
	"AU": {au.NewYear, au.AustraliaDay, au.GoodFriday, au.EasterMonday, au.AnzacDay, au.ChristmasDay, au.BoxingDay},
	"BE": be.Holidays,
	"BG": bg.Holidays,
	"BR": br.Holidays,
	"CA": ca.Holidays,
	// The library's list has every holiday of any canton. These are in all of them.
	"CH": {ch.Neujahr, ch.Auffahrt, ch.Bundesfeiertag, ch.Weihnachtstag},
	"CZ": cz.Holidays,
	"DE": de.Holidays,
	"DK": dk.Holidays,
	"ES": es.Holidays,
	"FR": fr.Holidays,
	"GB": gb.Holidays,
	"GR": gr.Holidays,
	"HR": hr.Holidays,
	"IE": ie.Holidays,
	"IT": it.Holidays,
	"JP": jp.Holidays,
	"LT": lt.Holidays,
	"LV": lv.Holidays,
	"MW": mw.Holidays,
	"NC": nc.Holidays,
	"NL": nl.Holidays,
	"NO": no.Holidays,
	"NZ": nz.Holidays,
	"PL": pl.Holidays,
	"RO": ro.Holidays,
	"RU": ru.Holidays,
	"SE": se.Holidays,
	"SI": si.Holidays,
	"SK": sk.Holidays,
	"UA": ua.Holidays,
	"US": us.Holidays,
	"ZA": za.Holidays,
}

// date is a local day.
type date struct {
	year  int
	month time.Month
	day   int
}

// publicDays are the public holidays of one country. They are computed once for each year that is asked for.
// It is safe for concurrent use.
type publicDays struct {
	holidays []*cal.Holiday

	mu    sync.Mutex
	years map[int]map[date]bool
}

// has says whether a day is a public holiday, or the one on which a public holiday is made up for.
func (p *publicDays) has(day date) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	days, known := p.years[day.year]
	if !known {
		days = p.of(day.year)
		if p.years == nil {
			p.years = map[int]map[date]bool{}
		}
		p.years[day.year] = days
	}
	return days[day]
}

// of computes the public holidays of a year. One of a neighboring year may be made up for in this one.
func (p *publicDays) of(year int) map[date]bool {
	days := map[date]bool{}
	for _, h := range p.holidays {
		for y := year - 1; y <= year+1; y++ {
			computed, _ := h.Calc(y)
			if computed.IsZero() {
				continue // none in that year
			}
			// The library computes midnights in the zone of this machine. Where the clocks leave one out, it is an
			// hour beside it, and the day of the week on which the library looks is another.
			on := computed.Add(12 * time.Hour)
			days[dateOf(on)] = true
			if i := slices.IndexFunc(h.Observed, func(o cal.AltDay) bool { return o.Day == on.Weekday() }); i >= 0 {
				days[dateOf(on.AddDate(0, 0, h.Observed[i].Offset))] = true
			}
		}
	}
	return days
}

func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date{year, month, day}
}
