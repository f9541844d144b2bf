//! A metric over its steps with as many places as a picture has room for, whatever the number of its values.

use super::read::Point;

/// Places at most.
const PLACES: usize = 1024;

/// Values in the order in which they were logged, neighbours put together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Curve {
    pub places: Vec<Place>,
    /// Values that each place but the last holds.
    each: usize,
    in_last: usize,
}

/// Neighbours: their first and last step, and between which values they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub step: i64,
    pub end: i64,
    pub low: f64,
    pub high: f64,
}

impl Place {
    fn with(self, other: Place) -> Place {
        Place { step: self.step, end: other.end, low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

impl Curve {
    /// Adds a value; what is not finite has no place.
    pub(super) fn push(&mut self, point: Point) {
        if !point.value.is_finite() {
            return;
        }
        let new = Place { step: point.step, end: point.step, low: point.value, high: point.value };
        match self.places.last_mut() {
            Some(last) if self.in_last < self.each => {
                *last = last.with(new);
                self.in_last += 1;
            }
            _ => {
                if self.places.len() == PLACES {
                    self.places = self
                        .places
                        .chunks(2)
                        .map(|two| two.iter().copied().reduce(Place::with).unwrap_or(two[0]))
                        .collect();
                    self.each *= 2;
                }
                self.each = self.each.max(1);
                self.places.push(new);
                self.in_last = 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_values_the_peaks_stay() {
        let mut curve = Curve::default();
        for step in 0..100_000 {
            let value = if step == 77_777 { 9.0 } else { f64::from(step % 2) };
            curve.push(Point { value, step: i64::from(step), time_ms: 0 });
        }
        assert!(curve.places.len() <= PLACES && curve.places.len() > PLACES / 3, "{}", curve.places.len());
        assert!(curve.places.is_sorted_by_key(|p| p.step) && curve.places.last().unwrap().end == 99_999);
        assert_eq!(curve.places.iter().map(|p| p.high).fold(0.0, f64::max), 9.0);
    }

    #[test]
    fn few_values_stay_as_they_are() {
        let mut curve = Curve::default();
        for (step, value) in [(1, 0.5), (2, f64::NAN), (3, f64::INFINITY), (4, -0.5)] {
            curve.push(Point { value, step, time_ms: 0 });
        }
        let places: Vec<_> = curve.places.iter().map(|p| (p.step, p.low)).collect();
        assert_eq!(places, [(1, 0.5), (4, -0.5)]);
    }
}
