//! The instructions of a function, so that two functions can be compared.

/// The instructions of one function; labels are numbered anew, and directives left out, because they name the function.
pub(crate) fn function(assembly: &str, name: &str) -> Vec<String> {
    // The compiler may find out by itself that two functions are one, and say `observed = plain`.
    let alias = format!("{name} = ");
    if let Some(line) =
        assembly.lines().find_map(|line| line.trim().trim_start_matches(".set ").strip_prefix(&alias))
    {
        return function(assembly, line.trim());
    }
    let start = format!("{name}:");
    let body = assembly.lines().skip_while(|line| *line != start).skip(1);
    let instructions = body.take_while(|line| !line.starts_with(".Lfunc_end"));
    let mut labels: Vec<String> = Vec::new();
    instructions
        .filter(|line| !line.trim_start().starts_with('.') || line.contains(":"))
        .map(|line| normalise(line, &mut labels))
        .collect()
}

fn normalise(line: &str, labels: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = line.split('#').next().unwrap_or(line).trim();
    while let Some(at) = rest.find(".L") {
        let (before, label) = rest.split_at(at);
        let end =
            label.find(|c: char| !c.is_ascii_alphanumeric() && !"._$".contains(c)).unwrap_or(label.len());
        let (label, after) = label.split_at(end);
        let number = labels.iter().position(|known| known == label).unwrap_or_else(|| {
            labels.push(label.to_owned());
            labels.len() - 1
        });
        out.push_str(&format!("{before}L{number}"));
        rest = after;
    }
    out + rest
}
