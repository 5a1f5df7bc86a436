// SPDX-License-Identifier: MIT
// Where libcrawl.so is: LIBCRAWL_LIB_DIR, for one that isn't installed, or what pkg-config says.
use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-env-changed=LIBCRAWL_LIB_DIR");
    println!("cargo:rustc-link-lib=dylib=crawl");
    if let Ok(dir) = env::var("LIBCRAWL_LIB_DIR") {
        println!("cargo:rustc-link-search=native={dir}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{dir}");
        return;
    }
    let output = Command::new("pkg-config")
        .args(["--variable=libdir", "libcrawl"])
        .output()
        .expect("pkg-config");
    assert!(output.status.success(), "pkg-config doesn't know libcrawl");
    let dir = String::from_utf8_lossy(&output.stdout);
    println!("cargo:rustc-link-search=native={}", dir.trim());
}
