//! Numbers as metrics take them: counters add up unsigned integers, gauges hold and histograms sort 64-bit floats.

use std::sync::Arc;
use std::time::Duration;

/// A value that can feed a metric.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot feed a metric",
    label = "not a number",
    note = "give a number or a `bool`, for instance `.len()` of a collection"
)]
pub trait Measure {
    /// How much a counter grows. What is negative or not a number adds nothing; fractions are cut off.
    fn count(&self) -> u64;

    /// What a gauge is set to. Integers beyond 2^53 are rounded.
    fn gauge(&self) -> f64;

    /// What a histogram sorts: the same. What is infinite or not a number is left out and counted.
    #[inline]
    fn histogram(&self) -> f64 {
        self.gauge()
    }
}

macro_rules! measures {
    (unsigned: $($unsigned:ty)*; signed: $($signed:ty)*; float: $($float:ty)*) => {
        $(impl Measure for $unsigned {
            #[inline]
            fn count(&self) -> u64 {
                u64::try_from(*self).unwrap_or(u64::MAX)
            }

            #[inline]
            fn gauge(&self) -> f64 {
                *self as f64
            }
        })*
        $(impl Measure for $signed {
            #[inline]
            fn count(&self) -> u64 {
                u64::try_from((*self).max(0)).unwrap_or(u64::MAX)
            }

            #[inline]
            fn gauge(&self) -> f64 {
                *self as f64
            }
        })*
        $(impl Measure for $float {
            #[inline]
            fn count(&self) -> u64 {
                // The cast saturates: what is negative or not a number becomes 0.
                *self as u64
            }

            #[inline]
            fn gauge(&self) -> f64 {
                f64::from(*self)
            }
        })*
    };
}

measures! {
    unsigned: u8 u16 u32 u64 u128 usize;
    signed: i8 i16 i32 i64 i128 isize;
    float: f32 f64
}

impl Measure for bool {
    #[inline]
    fn count(&self) -> u64 {
        u64::from(*self)
    }

    #[inline]
    fn gauge(&self) -> f64 {
        f64::from(*self)
    }
}

/// Seconds, the base unit; a counter takes whole ones.
impl Measure for Duration {
    #[inline]
    fn count(&self) -> u64 {
        self.as_secs()
    }

    #[inline]
    fn gauge(&self) -> f64 {
        self.as_secs_f64()
    }
}

macro_rules! forwarded_measures {
    ($($pointer:ty)*) => {$(
        impl<T: Measure + ?Sized> Measure for $pointer {
            #[inline]
            fn count(&self) -> u64 {
                (**self).count()
            }

            #[inline]
            fn gauge(&self) -> f64 {
                (**self).gauge()
            }
        }
    )*};
}

forwarded_measures! { &T &mut T Box<T> Arc<T> }

#[cfg(test)]
mod tests {
    use super::Measure;
    use std::time::Duration;

    #[test]
    fn a_count_never_shrinks_a_counter() {
        assert_eq!([(-5i32).count(), i64::MIN.count(), f64::NAN.count(), (-0.5f32).count()], [0; 4]);
    }

    #[test]
    fn a_count_too_large_is_the_largest() {
        assert_eq!([u128::MAX.count(), i128::MAX.count(), f64::INFINITY.count()], [u64::MAX; 3]);
    }

    #[test]
    fn a_gauge_keeps_sign_and_fraction() {
        assert_eq!([(-5i8).gauge(), 0.25f32.gauge(), true.gauge()], [-5.0, 0.25, 1.0]);
        assert_eq!(Duration::from_millis(1500).gauge().to_bits(), 1.5f64.to_bits());
    }

    #[test]
    fn references_and_boxes_measure_what_they_hold() {
        let mut two = 2i64;
        let held: [&dyn Measure; 3] = [&&7u8, &Box::new(3usize), &&mut two];
        assert_eq!(held.map(Measure::count), [7, 3, 2]);
    }
}
