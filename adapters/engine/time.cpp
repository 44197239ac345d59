#include "adapters/engine/codec.hpp"

#include <array>
#include <charconv>

namespace copal::engine_wire {

namespace {

/// Takes a fixed number of digits off the front.
bool take_number(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits)
    return false;
  const auto* end = text.data() + digits;
  const auto [stop, ec] = std::from_chars(text.data(), end, out);
  if (ec != std::errc{} || stop != end || text.front() == '-')
    return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c)
    return false;
  text.remove_prefix(1);
  return true;
}

/// Takes `.` and digits: nanoseconds; further digits are dropped.
bool take_fraction(std::string_view& text, std::int64_t& nanoseconds) {
  if (!take(text, '.'))
    return true;
  std::int64_t unit = 100'000'000;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    nanoseconds += (text[digits] - '0') * unit;
    unit /= 10;
  }
  text.remove_prefix(digits);
  return digits > 0;
}

/// Takes `Z` or `+hh:mm`: minutes east.
bool take_offset(std::string_view& text, int& minutes) {
  if (take(text, 'Z') || take(text, 'z'))
    return true;
  const bool west = !text.empty() && text.front() == '-';
  if (!west && (text.empty() || text.front() != '+'))
    return false;
  text.remove_prefix(1);
  int hh = 0;
  int mm = 0;
  if (!take_number(text, 2, hh) || !take(text, ':') || !take_number(text, 2, mm) || hh > 23
      || mm > 59)
    return false;
  minutes = (hh * 60 + mm) * (west ? -1 : 1);
  return true;
}

} // namespace

std::optional<wall_time> read_time(std::string_view text) {
  using namespace std::chrono;
  if (text.empty())
    return wall_time{};
  int yyyy = 0;
  int mo = 0;
  int dd = 0;
  int hh = 0;
  int mi = 0;
  int ss = 0;
  std::int64_t fraction = 0;
  int east = 0;
  const bool read = take_number(text, 4, yyyy) && take(text, '-') && take_number(text, 2, mo)
                    && take(text, '-') && take_number(text, 2, dd)
                    && (take(text, 'T') || take(text, 't') || take(text, ' '))
                    && take_number(text, 2, hh) && take(text, ':') && take_number(text, 2, mi)
                    && take(text, ':') && take_number(text, 2, ss) && take_fraction(text, fraction)
                    && take_offset(text, east) && text.empty();
  const year_month_day date{
    year{yyyy}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(dd)}};
  if (!read || !date.ok() || hh > 23 || mi > 59 || ss > 60)
    return std::nullopt;
  constexpr int first_year = 1678; // int64 nanoseconds reach from late 1677 to early 2262
  constexpr int last_year = 2261;
  if (yyyy < first_year || yyyy > last_year)
    return wall_time{};
  return wall_time{
    sys_days{date} + hours{hh} + minutes{mi - east} + seconds{ss} + nanoseconds{fraction}};
}

} // namespace copal::engine_wire
