//! Default names: `Type::method` or `module::function`, from a path such as `krate::module::Type<T>::method::here`.

/// Shortens the path of an item that stands directly inside the function.
pub(crate) fn short_name(path: &str) -> String {
    let plain = without_generics(path);
    let mut parts: Vec<&str> = plain.split("::").filter(|part| !part.is_empty()).collect();
    parts.pop();
    // The body of an async function and of a closure is an unnamed item of its own.
    parts.retain(|part| *part != "{{closure}}");
    match parts.as_slice() {
        [.., owner, function] => format!("{owner}::{function}"),
        [only] => (*only).to_owned(),
        [] => path.to_owned(),
    }
}

/// Takes `<…>` away; of `<Type as Trait>` and `<impl Trait for Type>` the type stays.
fn without_generics(path: &str) -> String {
    let Some(rest) = path.strip_prefix('<') else { return strip(path) };
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        depth == 0
    });
    let (inside, after) = end.map_or((rest, ""), |end| (&rest[..end], &rest[end + 1..]));
    let inside = strip(inside);
    let owner = inside.split(" as ").next().unwrap_or(&inside);
    let owner = owner.rsplit(" for ").next().unwrap_or(owner);
    format!("{owner}{}", strip(after))
}

fn strip(path: &str) -> String {
    // `<impl Trait for Type>` inside a path stands for the type.
    if let Some((before, rest)) = path.split_once("::<impl ")
        && let Some((inside, after)) = split_at_close(rest)
    {
        let owner = inside.rsplit(" for ").next().unwrap_or(inside);
        return format!("{before}::{}{}", strip(owner), strip(after));
    }
    let mut depth = 0;
    let mut plain = String::with_capacity(path.len());
    for c in path.chars() {
        depth += i32::from(c == '<');
        if depth == 0 {
            plain.push(c);
        }
        depth -= i32::from(c == '>');
    }
    plain
}

/// Splits after `<` has been read: what stands before its `>`, and what after.
fn split_at_close(rest: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (at, c) in rest.char_indices() {
        depth += i32::from(c == '<') - i32::from(c == '>');
        if depth == 0 {
            return Some((&rest[..at], &rest[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn names_are_type_and_method_or_module_and_function() {
        for (path, name) in [
            ("engine::npu::process_burst::here", "npu::process_burst"),
            ("engine::npu::Npu<f32, B>::process_burst::here", "Npu::process_burst"),
            ("engine::npu::Npu<f32>::process_burst::{{closure}}::here", "Npu::process_burst"),
            ("<engine::npu::Npu<f32> as engine::Burst<f32>>::run::here", "Npu::run"),
            ("engine::npu::<impl engine::Burst for engine::npu::Npu<f32>>::run::here", "Npu::run"),
            ("main::here", "main"),
            ("here", "here"),
        ] {
            assert_eq!(short_name(path), name, "{path}");
        }
    }
}
