//! What a parser found in a text: values of fields and a zone (`java.time.format.Parsed`).

use super::names::DayPeriod;
use super::zone_names::NameKind;
use super::{
    DateError, DateErrorKind, Field, Instant, LocalDate, LocalDateTime, LocalTime, Offset, WeekFields, Zone,
    ZonedDateTime,
};
use std::fmt;

/// Fields, and once resolved the date and the time that they make.
#[derive(Clone, Debug)]
pub struct ParsedFields {
    present: FieldSet,
    values: [i64; Field::COUNT],
    zone: Option<Zone>,
    zone_name: NameKind,
    pub(super) day_period: Option<DayPeriod>,
    /// The weeks that the week fields count in.
    pub(super) week: WeekFields,
    pub(super) date: Option<LocalDate>,
    pub(super) time: Option<LocalTime>,
    /// Days that the time goes beyond its day (`24:00`).
    pub(super) excess_days: i64,
}

/// A set of fields.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FieldSet(u64);

impl FieldSet {
    pub fn insert(&mut self, field: Field) {
        self.0 |= 1 << field as u8;
    }

    fn remove(&mut self, field: Field) {
        self.0 &= !(1 << field as u8);
    }

    fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u8 != 0
    }
}

/// Fields found so far, to go back to when an optional section does not match.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint {
    present: FieldSet,
    zone: Option<Zone>,
    zone_name: NameKind,
    day_period: Option<DayPeriod>,
}

impl Default for ParsedFields {
    fn default() -> Self {
        Self {
            present: FieldSet::default(),
            values: [0; Field::COUNT],
            zone: None,
            zone_name: NameKind::Id,
            day_period: None,
            week: WeekFields::ISO,
            date: None,
            time: None,
            excess_days: 0,
        }
    }
}

impl ParsedFields {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self { values: self.values, ..Self::default() };
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        let Self { present, zone, zone_name, day_period, .. } = *self;
        Checkpoint { present, zone, zone_name, day_period }
    }

    /// A field that is set never changes its value while parsing, so the values themselves need no going back.
    pub(super) fn go_back(&mut self, to: Checkpoint) {
        Checkpoint { present: self.present, zone: self.zone, zone_name: self.zone_name, day_period: self.day_period } =
            to;
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.present.contains(field)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.present.0 == 0
    }

    /// The value of a field as it was parsed or derived; not that of the resolved date or time.
    pub(super) fn field(&self, field: Field) -> Option<i64> {
        if self.has(field) { Some(self.values[field as usize]) } else { None }
    }

    /// Sets a field; `false` if it has another value already.
    pub(super) fn set(&mut self, field: Field, value: i64) -> bool {
        if self.has(field) {
            return self.values[field as usize] == value;
        }
        self.replace(field, value);
        true
    }

    pub(super) fn replace(&mut self, field: Field, value: i64) {
        self.present.insert(field);
        self.values[field as usize] = value;
    }

    pub(super) fn remove(&mut self, field: Field) -> Option<i64> {
        let value = self.field(field);
        self.present.remove(field);
        value
    }

    pub(super) fn remove_all(&mut self, fields: FieldSet) {
        self.present.0 &= !fields.0;
    }

    pub(super) fn set_zone(&mut self, zone: Zone, name: NameKind) {
        (self.zone, self.zone_name) = (Some(zone), name);
    }

    /// The zone that a formatter has is taken where the text has none.
    pub(super) fn default_zone(&mut self, zone: Option<Zone>) {
        self.zone = self.zone.or(zone);
    }

    pub(super) fn zone_name(&self) -> NameKind {
        self.zone_name
    }

    /// All fields that are set, in the order of [`Field`].
    pub(super) fn fields(&self) -> impl Iterator<Item = (Field, i64)> + '_ {
        let mut left = self.present.0;
        std::iter::from_fn(move || {
            let index = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            Some((*Field::ALL.get(index)?, *self.values.get(index)?))
        })
    }

    /// The zone that was parsed, without regard to an offset.
    pub fn zone_id(&self) -> Option<Zone> {
        self.zone
    }

    /// The zone, else the offset.
    pub fn zone(&self) -> Option<Zone> {
        self.zone.or_else(|| self.offset().map(Zone::of_offset))
    }

    pub fn offset(&self) -> Option<Offset> {
        match self.field(Field::OffsetSeconds) {
            Some(seconds) => Offset::of_seconds(seconds).ok(),
            None => self.zone.and_then(Zone::offset),
        }
    }

    /// The date, if the fields make one.
    pub fn date(&self) -> Option<LocalDate> {
        self.date
    }

    /// The time of day, if the fields make one.
    pub fn time(&self) -> Option<LocalTime> {
        self.time
    }

    /// The instant, if date, time and zone or offset are known.
    pub fn instant(&self) -> Option<Instant> {
        let nanos = self.get(Field::NanoOfSecond).ok()?;
        Instant::of_epoch_second(self.field(Field::InstantSeconds)?, u32::try_from(nanos).ok()?).ok()
    }

    /// `LocalDate.from`.
    pub fn local_date(&self) -> Result<LocalDate, DateError> {
        self.date.ok_or_else(|| self.unable("LocalDate"))
    }

    /// `LocalTime.from`.
    pub fn local_time(&self) -> Result<LocalTime, DateError> {
        self.time.ok_or_else(|| self.unable("LocalTime"))
    }

    /// `LocalDateTime.from`.
    pub fn local_date_time(&self) -> Result<LocalDateTime, DateError> {
        self.date_and_time().map_err(|cause| self.unable("LocalDateTime").caused_by(cause))
    }

    fn date_and_time(&self) -> Result<LocalDateTime, DateError> {
        Ok(LocalDateTime::new(self.local_date()?, self.local_time()?))
    }

    /// `ZonedDateTime.from`: an instant in its zone, else a local time in its zone.
    pub fn zoned_date_time(&self) -> Result<ZonedDateTime, DateError> {
        let unable = |cause: DateError| self.unable("ZonedDateTime").caused_by(cause);
        let zone = self.zone().ok_or_else(|| unable(self.unable("ZoneId")))?;
        match self.instant() {
            Some(at) => at.at_zone(zone),
            None => self.date_and_time().and_then(|local| ZonedDateTime::of(local, zone)),
        }
        .map_err(unable)
    }

    /// `Instant.from`.
    pub fn to_instant(&self) -> Result<Instant, DateError> {
        self.instant().ok_or_else(|| self.unable("Instant").caused_by(unsupported(Field::InstantSeconds)))
    }

    /// Why this is no `target`, as Java says it.
    pub(super) fn unable(&self, target: &str) -> DateError {
        let of = "of type java.time.format.Parsed";
        DateError::date_time(format!("Unable to obtain {target} from TemporalAccessor: {self} {of}"))
    }

    /// Whether [`Self::get`] has a value (`isSupported`).
    pub fn supports(&self, field: Field) -> bool {
        self.has(field)
            || self.date.is_some() && field.is_date_based()
            || self.time.is_some() && field.is_time_based()
            || self.supports_week(field, self.week)
            || match field {
                Field::ModifiedJulianDay => self.supports(Field::EpochDay),
                Field::QuarterOfYear => self.supports(Field::MonthOfYear),
                Field::IsoWeekBasedYear | Field::IsoWeekOfWeekBasedYear => self.supports(Field::EpochDay),
                Field::DayOfQuarter => {
                    [Field::DayOfYear, Field::MonthOfYear, Field::Year].into_iter().all(|f| self.supports(f))
                }
                _ => false,
            }
    }

    /// Whether a field that depends on the definition of weeks can be told.
    pub(super) fn supports_week(&self, field: Field, week: WeekFields) -> bool {
        if self.has(field) && self.week == week {
            return true;
        }
        let needs = match field {
            Field::LocalDayOfWeek => Field::DayOfWeek,
            Field::WeekOfMonth => Field::DayOfMonth,
            Field::WeekOfWeekBasedYear => Field::DayOfYear,
            Field::WeekBasedYear => Field::Year,
            _ => return false,
        };
        self.supports(Field::DayOfWeek) && self.supports(needs)
    }

    /// The value of a field: parsed, or of the date or time.
    pub fn get(&self, field: Field) -> Result<i64, DateError> {
        let value = self
            .field(field)
            .or_else(|| self.date?.get(field))
            .or_else(|| self.time?.get(field))
            .or_else(|| self.week.get(field, self.date?));
        value.ok_or_else(|| unsupported(field))
    }

    /// The value as Java's `int get(field)` gives it: checked against the field's range.
    pub(super) fn get_checked(&self, field: Field) -> Result<i64, DateError> {
        field.check(self.get(field)?)
    }
}

pub(super) fn unsupported(field: Field) -> DateError {
    DateError::new(DateErrorKind::UnsupportedTemporalType, format!("Unsupported field: {}", field.name()))
}

/// `{YearOfEra=2021, MonthOfYear=3},ISO resolved to 10:11`
impl fmt::Display for ParsedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (field, value)) in self.fields().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            write!(f, "{}={value}", field.name_in(self.week))?;
        }
        f.write_str("},ISO")?;
        if let Some(zone) = self.zone {
            write!(f, ",{zone}")?;
        }
        match (self.date, self.time) {
            (Some(date), Some(time)) => write!(f, " resolved to {date}T{time}"),
            (Some(date), None) => write!(f, " resolved to {date}"),
            (None, Some(time)) => write!(f, " resolved to {time}"),
            (None, None) => Ok(()),
        }
    }
}
