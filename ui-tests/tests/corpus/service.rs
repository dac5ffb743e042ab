//! The web service: handlers with destructured extractors under `#[utoipa::path]`, an async trait, hand-offs to threads.

use async_trait::async_trait;
use feagi_observability::macros::instrument;
use feagi_observability::observe;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Stand-ins for axum's extractors and answers.
#[derive(Clone)]
pub(crate) struct State<T>(pub(crate) T);
pub(crate) struct Path<T>(pub(crate) T);
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Json<T>(pub(crate) T);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ApiError(pub(crate) u16);

pub(crate) type ApiResult<T> = Result<Json<T>, ApiError>;

#[derive(Clone)]
pub(crate) struct Registry {
    areas: Arc<[&'static str]>,
}

impl Default for Registry {
    fn default() -> Self {
        Registry { areas: Arc::new(["visual", "motor"]) }
    }
}

/// One area.
#[utoipa::path(get, path = "/areas/{id}/{field}", params(("id" = u32, Path), ("field" = String, Path)), responses((status = 200, body = String)))]
#[observe(metric = "corpus_get_area", fields(id, %field, areas = registry.areas.len()))]
pub(crate) async fn get_area(
    State(registry): State<Registry>,
    Path((id, field)): Path<(usize, String)>,
) -> ApiResult<String> {
    ready(()).await;
    registry.areas.get(id).ok_or(ApiError(500))?;
    if field.is_empty() {
        return Err(ApiError(404));
    }
    Ok(Json(format!("{id}/{field}")))
}

#[observe]
#[utoipa::path(get, path = "/areas", responses((status = 200, body = usize)))]
#[allow(clippy::unused_async)]
pub(crate) async fn count_areas(State(Registry { areas, .. }): State<Registry>) -> Json<usize> {
    Json(areas.len())
}

pub(crate) struct Handlers;

#[observe(target = "feagi.api", err)]
impl Handlers {
    /// Deletes an area.
    #[cfg(any(debug_assertions, not(debug_assertions)))]
    #[must_use = "the answer goes to the client"]
    pub(crate) async fn delete_area(
        State(registry): State<Registry>,
        Path(id): Path<u32>,
        Json(force): Json<bool>,
    ) -> ApiResult<u32> {
        if !force && registry.areas.is_empty() {
            return Err(ApiError(409));
        }
        ready(()).await;
        Ok(Json(id))
    }
}

#[async_trait]
pub(crate) trait Genome: Send + Sync {
    async fn load_genome(&mut self, path: &str, parts: &[&str]) -> Result<usize, String>;

    #[observe(level = "debug")]
    async fn save_genome(&self, genome: Vec<u8>) -> std::io::Result<()> {
        drop(genome);
        Ok(())
    }
}

#[derive(Default)]
pub(crate) struct Files {
    loads: usize,
}

#[observe(level = "debug")]
#[async_trait]
impl Genome for Files {
    async fn load_genome(&mut self, path: &str, parts: &[&str]) -> Result<usize, String> {
        if path.is_empty() {
            return Err("no path".to_owned());
        }
        self.loads += connect(path).await?.len() / 12;
        instrument!("genome_loaded", path, parts = parts.len());
        Ok(path.len() + parts.len())
    }

    async fn save_genome(&self, genome: Vec<u8>) -> std::io::Result<()> {
        ready(genome).await;
        Ok(())
    }
}

#[observe(name = "connect", fields(host))]
pub(crate) fn connect(host: &str) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + '_>> {
    if host.len() > 99 {
        return Box::pin(ready(Err("too long".to_owned())));
    }
    Box::pin(async move { Ok(format!("{host}:1")) })
}

#[observe(profile)]
pub(crate) fn notify_burst(burst: u64) -> JoinHandle<u64> {
    std::thread::spawn(move || burst + 1)
}

#[observe]
pub(crate) fn lookup<'a, 'b: 'a, K>(known: &'a [K], wanted: &'b str) -> Result<&'a K, ApiError>
where
    K: AsRef<str> + 'b,
{
    known.iter().find(|key| key.as_ref() == wanted).ok_or(ApiError(404))
}
