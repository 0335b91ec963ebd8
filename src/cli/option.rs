//! What most options have, in one call each: the name of the value, the variable, the default, the words.
//!
//! clap's own methods are generic, and are compiled in at every option. These are compiled once, which is
//! 20 kB less.

use std::ffi::OsStr;
use std::marker::PhantomData;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, Error, ValueEnum};

/// An option with a variable.
pub(super) trait WithVariable {
    /// The option's value has this name in the help, and may be in this variable.
    fn takes(self, name: &'static str, variable: &'static str) -> Self;

    /// As [`takes`](Self::takes), with a default.
    fn takes_or(self, name: &'static str, variable: &'static str, default: &'static str) -> Self;

    /// The option stands under this heading in the help.
    fn under(self, heading: &'static str) -> Self;
}

impl WithVariable for Arg {
    #[inline(never)]
    fn takes(self, name: &'static str, variable: &'static str) -> Self {
        self.value_name(name).env(variable)
    }

    #[inline(never)]
    fn takes_or(self, name: &'static str, variable: &'static str, default: &'static str) -> Self {
        // clap's derive takes an option for required if it sees no default.
        let arg = self.default_value(default).required(false);
        arg.takes(name, variable)
    }

    #[inline(never)]
    fn under(self, heading: &'static str) -> Self {
        self.help_heading(heading)
    }
}

/// clap's parser for one of several words, in any case.
pub(super) fn word<T: ValueEnum + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    Word(PhantomData)
}

#[derive(Clone)]
struct Word<T>(PhantomData<T>);

impl<T: ValueEnum + Send + Sync + 'static> TypedValueParser for Word<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let index = index(&words::<T>(), command, arg, value)?;
        Ok(T::value_variants()[index].clone())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(words::<T>().into_iter()))
    }
}

/// The words of a type. Each of its values has one.
fn words<T: ValueEnum>() -> Vec<PossibleValue> {
    let values = T::value_variants().iter();
    values.filter_map(ValueEnum::to_possible_value).collect()
}

/// Which of the words the value is, in any case.
fn index(
    words: &[PossibleValue],
    command: &Command,
    arg: Option<&Arg>,
    value: &OsStr,
) -> Result<usize, Error> {
    let word = PossibleValuesParser::new(words.to_vec()).parse_ref(command, arg, value)?;
    let mut words = words.iter();
    // Never none: clap has found the word.
    Ok(words
        .position(|own| own.matches(&word, true))
        .unwrap_or_default())
}
