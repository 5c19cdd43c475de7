"""Every benchmark, one after the other; results go to tests/bench/results."""

from __future__ import annotations

from tests.bench import bench_gate, bench_help, bench_plan, bench_search, bench_sync

if __name__ == "__main__":
    for benchmark in (bench_search, bench_sync, bench_plan, bench_gate, bench_help):
        benchmark.main()
