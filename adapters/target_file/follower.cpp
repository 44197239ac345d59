#include "adapters/target_file/follower.hpp"

#include "adapters/target_file/files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace copal::target_file {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t most_compose_bytes = std::size_t{1} << 20U; // as the YAML reader
constexpr std::size_t most_cloud_bytes = std::size_t{16} << 20U;  // as the JSON reader
constexpr std::size_t most_env_bytes = std::size_t{1} << 20U;
constexpr std::size_t most_askers = 16;

result<std::optional<std::string>> read_env(const origin& from) {
  if (from.form != dialect::compose)
    return std::nullopt;
  std::error_code ignored;
  if (std::filesystem::is_directory(env_path_of(from.path), ignored))
    return std::nullopt; // as compose: some keep something else under that name
  auto text = read_small(env_path_of(from.path), most_env_bytes);
  if (!text && text.error().code == errc::not_found)
    return std::nullopt;
  if (!text)
    return fail(std::move(text.error()));
  return std::optional{*std::move(text)};
}

/// `asked` are the files that the document names, whether they are there or not.
result<decoded> read_and_decode(const origin& from, std::set<std::string>& asked) {
  const auto most = from.form == dialect::compose ? most_compose_bytes : most_cloud_bytes;
  auto text = read_small(from.path, most);
  if (!text)
    return fail(std::move(text.error()));
  auto env = read_env(from);
  if (!env)
    return fail(std::move(env.error()));
  return decode(from, *text, *env, [&asked](const std::string& path) {
    asked.insert(path);
    return read_small(path, most_env_bytes);
  });
}

bool tells_the_same(const reading& a, reading b) {
  b.number = a.number;
  return a == b;
}

} // namespace

reading read_now(const origin& from) {
  std::set<std::string> ignored;
  return read_now(from, ignored);
}

reading read_now(const origin& from, std::set<std::string>& asked) {
  reading out;
  out.path = from.path;
  auto got = read_and_decode(from, asked);
  if (got) {
    out.project = std::move(got->project);
    out.doc = std::move(got->doc);
    out.warnings = std::move(got->warnings);
  } else {
    out.why = std::move(got.error());
  }
  return out;
}

follower::follower(boost::asio::any_io_executor executor,
  origin from,
  pauses wait,
  inotify_maker make,
  std::uint64_t incarnation,
  sink news)
  : executor_(std::move(executor)),
    from_(std::move(from)),
    pauses_(wait),
    make_(make),
    incarnation_(incarnation),
    news_(std::move(news)),
    timer_(executor_) {}

void follower::start() {
  conclude(watch_and_read());
}

bool follower::ask(sink who) {
  if (askers_.size() >= most_askers)
    return false;
  askers_.push_back(std::move(who));
  if (phase_ == phase::rest)
    look();
  return true;
}

void follower::stop() {
  ++timer_round_;
  timer_.cancel();
  watch_.reset();
  news_ = nullptr;
  askers_.clear();
}

void follower::changed(change what, const std::string& file) {
  if (what == change::being_written)
    being_written_.insert(file);
  else
    being_written_.erase(file);
  const auto now = clock::now();
  if (phase_ != phase::settling)
    changed_first_ = now;
  phase_ = phase::settling;
  doubted_ = false;
  const auto latest = changed_first_ + pauses_.written;
  const auto settle = what == change::replaced ? pauses_.replaced : pauses_.settle;
  wait_until(being_written_.empty() ? std::min(now + settle, latest) : latest);
}

void follower::wait_until(clock::time_point when) {
  timer_.expires_at(when);
  timer_.async_wait([weak = weak_from_this(), round = ++timer_round_](const auto& ended) {
    if (const auto self = weak.lock(); self && !ended && round == self->timer_round_)
      self->timer_fired();
  });
}

void follower::timer_fired() {
  being_written_.clear();
  look();
}

void follower::look() {
  auto now = watch_and_read();
  // What was found in the middle of a change may be half of it; a file that is gone may be on its
  // way back. At rest, what cannot be read is what there is.
  const bool may_change = phase_ == phase::settling || !watch_;
  const bool in_doubt = now.why && may_change && !doubted_;
  if (in_doubt) {
    doubted_ = true;
    phase_ = phase::doubting;
    return wait_until(clock::now() + pauses_.doubt);
  }
  conclude(std::move(now));
}

void follower::watch_again() {
  std::vector<std::string> paths{from_.path};
  paths.insert(paths.end(), named_.begin(), named_.end());
  if (from_.form == dialect::compose)
    paths.push_back(env_path_of(from_.path));
  auto begun = watch::begin(
    executor_,
    paths,
    [weak = weak_from_this()](change what, const std::string& file) {
      if (const auto self = weak.lock())
        self->changed(what, file);
    },
    make_);
  watch_problem_ = begun ? std::string{} : begun.error().what;
  watch_.reset();
  if (begun)
    watch_.emplace(*std::move(begun));
}

reading follower::watch_and_read() {
  // Which other files matter is known from reading; they are watched before they are read.
  constexpr int most_tries = 4;
  for (int tries = 1;; ++tries) {
    watch_again();
    std::set<std::string> asked;
    auto now = read_files(asked);
    const auto all_watched =
      std::includes(named_.begin(), named_.end(), asked.begin(), asked.end());
    named_ = std::move(asked);
    if (all_watched || tries == most_tries)
      return now;
  }
}

reading follower::read_files(std::set<std::string>& asked) {
  auto now = read_now(from_, asked);
  now.incarnation = incarnation_;
  if (!watch_problem_.empty())
    now.warnings.push_back(
      from_.path + ": it is read every "
      + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(pauses_.between).count())
      + " s, since it cannot be watched: " + watch_problem_);
  return now;
}

void follower::conclude(reading now) {
  phase_ = phase::rest;
  doubted_ = false;
  ++timer_round_;
  if (!watch_)
    wait_until(clock::now() + pauses_.between);
  const bool is_news = !last_ || !tells_the_same(*last_, now);
  now.number = is_news ? ++number_ : number_;
  last_ = now;
  for (const auto& who : std::exchange(askers_, {}))
    who(now);
  if (is_news && news_)
    news_(now);
}

} // namespace copal::target_file
